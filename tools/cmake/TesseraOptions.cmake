find_package(OpenMP REQUIRED COMPONENTS CXX)

add_library(tessera_options INTERFACE)
target_include_directories(tessera_options INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include/tessera>)
target_link_libraries(tessera_options INTERFACE OpenMP::OpenMP_CXX)
target_compile_options(tessera_options INTERFACE
  $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wno-unknown-pragmas>>)
target_compile_features(tessera_options INTERFACE cxx_std_20)
if(TESSERA_ARCH)
  target_compile_options(tessera_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-march=${TESSERA_ARCH}>)
endif()
# Vectors of 64 bytes go between functions of one build only, so that their ABI without AVX-512 is nobody's concern.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(tessera_options INTERFACE $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:-Wno-psabi>>)
endif()
# GCC 12 with AVX-512 copies the 32-byte constant {1.0, 1.0, 0.0, 0.0} as {1.0, 1.0, 1.0, 1.0}: it takes the part of the
# constant before the zeros for a repeating pattern. Block copies of 16 bytes are not affected; vectorisation is not limited.
# tests/kernels/test_compiler.cpp sees compilers that need this too.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag("-mmove-max=128 -mstore-max=128" TESSERA_HAS_MOVE_MAX)
if(TESSERA_HAS_MOVE_MAX AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(tessera_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-mmove-max=128 -mstore-max=128>)
endif()
if(TESSERA_DOUBLE)
  target_compile_definitions(tessera_options INTERFACE TESSERA_DOUBLE)
endif()
if(TESSERA_SIMT)
  target_compile_definitions(tessera_options INTERFACE TESSERA_HAS_SIMT)
endif()
if(TESSERA_HAS_CUDA)
  target_compile_definitions(tessera_options INTERFACE TESSERA_HAS_CUDA)
endif()
if(TESSERA_SANITIZE)
  target_compile_options(tessera_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${TESSERA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer>)
  target_link_options(tessera_options INTERFACE -fsanitize=${TESSERA_SANITIZE})
endif()
