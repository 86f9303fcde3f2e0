# The libraries. Ordinarily those of the system. A build for another one (`./dev package`) has them in
# RDVC_LIBRARIES: headers in include/, and fmt, yaml-cpp and libmd as sources, which are compiled along.
if(NOT RDVC_LIBRARIES)
    find_package(CLI11 REQUIRED)
    find_package(fmt REQUIRED)
    find_package(nlohmann_json REQUIRED)
    find_package(tomlplusplus REQUIRED)
    find_package(yaml-cpp REQUIRED)
    if(TARGET yaml-cpp::yaml-cpp)
        set(RDVC_YAML_CPP yaml-cpp::yaml-cpp)
    else() # before 0.8
        set(RDVC_YAML_CPP yaml-cpp)
    endif()
    find_path(RDVC_LIBMD_HEADERS md5.h REQUIRED)
    find_library(RDVC_LIBMD md REQUIRED)
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

    # The data of experiments goes through it: not for size.
    target_compile_options(rdvc_md PRIVATE -O2)
    # Not our code.
    set_target_properties(rdvc_yaml_cpp rdvc_fmt rdvc_md PROPERTIES POSITION_INDEPENDENT_CODE ON)
    foreach(library rdvc_yaml_cpp rdvc_fmt rdvc_md)
        target_compile_options(${library} PRIVATE -w)
    endforeach()
endif()
find_package(Threads REQUIRED)
