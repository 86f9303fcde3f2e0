# The libraries. Ordinarily those of the system. A build for another one (`./dev package`) has them in
# RDVC_LIBRARIES: headers in include/, and fmt, yaml-cpp and libmd as sources, which are compiled along.
if(NOT RDVC_LIBRARIES)
    # What is missing is said once, for all of them: this may be somebody's `pip install`.
    set(missing "")
    foreach(library CLI11 fmt nlohmann_json tomlplusplus yaml-cpp)
        find_package(${library} QUIET)
        if(NOT ${library}_FOUND)
            list(APPEND missing ${library})
        endif()
    endforeach()
    find_path(RDVC_LIBMD_HEADERS md5.h)
    find_library(RDVC_LIBMD md)
    if(NOT RDVC_LIBMD_HEADERS OR NOT RDVC_LIBMD)
        list(APPEND missing libmd)
    endif()
    if(missing)
        list(JOIN missing ", " missing)
        message(FATAL_ERROR "rdvc is compiled from its sources here, and these libraries of it are missing: ${missing}\n"
            "On Debian: apt-get install libcli11-dev libfmt-dev nlohmann-json3-dev libtomlplusplus-dev libyaml-cpp-dev libmd-dev\n"
            "docs/install.md says which systems have wheels, which need no compiler.")
    endif()
    if(RDVC_TESTS)
        find_package(GTest REQUIRED)
    endif()
    if(TARGET yaml-cpp::yaml-cpp)
        set(RDVC_YAML_CPP yaml-cpp::yaml-cpp)
    else() # before 0.8
        set(RDVC_YAML_CPP yaml-cpp)
    endif()
    add_library(libmd::md UNKNOWN IMPORTED)
    set_target_properties(libmd::md PROPERTIES IMPORTED_LOCATION ${RDVC_LIBMD}
        INTERFACE_INCLUDE_DIRECTORIES ${RDVC_LIBMD_HEADERS})
else()
    foreach(library CLI11::CLI11 nlohmann_json::nlohmann_json tomlplusplus::tomlplusplus)
        add_library(${library} INTERFACE IMPORTED)
        set_target_properties(${library} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${RDVC_LIBRARIES}/include)
    endforeach()

    file(GLOB sources ${RDVC_LIBRARIES}/yaml-cpp/src/*.cpp)
    add_library(rdvc_yaml_cpp STATIC ${sources})
    target_include_directories(rdvc_yaml_cpp SYSTEM PUBLIC ${RDVC_LIBRARIES}/yaml-cpp/include)
    target_compile_definitions(rdvc_yaml_cpp PUBLIC YAML_CPP_STATIC_DEFINE)
    set(RDVC_YAML_CPP rdvc_yaml_cpp)

    add_library(rdvc_fmt STATIC ${RDVC_LIBRARIES}/fmt/src/format.cc)
    target_include_directories(rdvc_fmt SYSTEM PUBLIC ${RDVC_LIBRARIES}/fmt/include)
    add_library(fmt::fmt ALIAS rdvc_fmt)

    enable_language(C)
    add_library(rdvc_md STATIC ${RDVC_LIBRARIES}/libmd/src/md5.c ${RDVC_LIBRARIES}/libmd/src/sha1.c)
    target_include_directories(rdvc_md SYSTEM PUBLIC ${RDVC_LIBRARIES}/libmd/include)
    target_include_directories(rdvc_md PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/libmd)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/libmd/config.h "")
    add_library(libmd::md ALIAS rdvc_md)

    if(RDVC_TESTS)
        set(google ${RDVC_LIBRARIES}/googletest)
        add_library(rdvc_gtest STATIC EXCLUDE_FROM_ALL ${google}/src/gtest-all.cc ${google}/src/gtest_main.cc)
        target_include_directories(rdvc_gtest SYSTEM PUBLIC ${google}/include)
        target_include_directories(rdvc_gtest PRIVATE ${google})
        target_compile_options(rdvc_gtest PRIVATE -w)
        add_library(GTest::gtest_main ALIAS rdvc_gtest)
    endif()

    # The data of experiments goes through it: not for size.
    target_compile_options(rdvc_md PRIVATE -O2)
    # Not our code.
    set_target_properties(rdvc_yaml_cpp rdvc_fmt rdvc_md PROPERTIES POSITION_INDEPENDENT_CODE ON)
    foreach(library rdvc_yaml_cpp rdvc_fmt rdvc_md)
        target_compile_options(${library} PRIVATE -w)
    endforeach()
endif()
find_package(Threads REQUIRED)
