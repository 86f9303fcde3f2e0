# Builds for RDVC_TARGET, a target of zig (`aarch64-macos.11.0`), with the zig in RDVC_ZIG. Its folder
# RDVC_ZIG/bin has programs `ar` and `ranlib` that call it, because CMake's take no arguments.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES RDVC_TARGET RDVC_ZIG)
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR ${RDVC_TARGET})
if(RDVC_TARGET MATCHES "macos")
    set(CMAKE_SYSTEM_NAME Darwin)
    set(CMAKE_OSX_SYSROOT "" CACHE STRING "") # zig has its own
    set(CMAKE_OSX_DEPLOYMENT_TARGET "" CACHE STRING "")
    set(CMAKE_INSTALL_NAME_TOOL /bin/false)
else()
    set(CMAKE_SYSTEM_NAME Linux)
    set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
endif()
# Optimised from the first call on, because zig builds its C++ library once for each mode.
set(CMAKE_C_COMPILER ${RDVC_ZIG}/zig cc -target ${RDVC_TARGET} -Os -g0)
set(CMAKE_CXX_COMPILER ${RDVC_ZIG}/zig c++ -target ${RDVC_TARGET} -Os -g0)
set(CMAKE_AR ${RDVC_ZIG}/bin/ar)
set(CMAKE_RANLIB ${RDVC_ZIG}/bin/ranlib)
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -s -Wl,--gc-sections")
set(CMAKE_CROSSCOMPILING ON)
# No program of ours exports anything.
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
# Nothing of this machine.
set(CMAKE_FIND_ROOT_PATH ${RDVC_ZIG}/nothing)
foreach(kind LIBRARY INCLUDE PACKAGE)
    set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
# The checkout's folder is in no message, so that two of them make the same bytes.
get_filename_component(root ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)
foreach(language C CXX)
    set(CMAKE_${language}_FLAGS_INIT "-ffile-prefix-map=${root}=.")
endforeach()
# In zig's headers for macOS, float.h has no FLT_RADIX if math.h comes first, and no INFINITY in strict
# C++.
if(RDVC_TARGET MATCHES "macos")
    string(APPEND CMAKE_CXX_FLAGS_INIT " -include cfloat -U__STRICT_ANSI__")
endif()
