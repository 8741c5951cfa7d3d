# Finds the CUDA compiler or leaves it out, and makes CUDA C++20 real.
#
# CMake 3.25 does not know the C++20 flag of nvcc >= 12 and silently builds C++17; the two variables below
# are what it would look up, so they are filled in where they are empty.
set(TESSERA_HAS_CUDA OFF)
if(TESSERA_CUDA STREQUAL "OFF")
  return()
endif()

include(CheckLanguage)
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
  if(TESSERA_CUDA STREQUAL "ON")
    message(FATAL_ERROR "TESSERA_CUDA=ON, but no CUDA compiler was found (set CUDACXX or put nvcc on PATH)")
  endif()
  message(STATUS "No CUDA compiler: building without the cuda backend")
  return()
endif()

if(NOT CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90)
endif()
set(CMAKE_CUDA_RUNTIME_LIBRARY Static) # one of the two, or CMake links both
enable_language(CUDA)
if(CMAKE_CUDA_COMPILER_VERSION VERSION_LESS 12.0)
  message(FATAL_ERROR "Tessera needs CUDA 12 or newer, found ${CMAKE_CUDA_COMPILER_VERSION}; TESSERA_CUDA=OFF builds without")
endif()
if(CMAKE_CUDA_COMPILER_ID STREQUAL "NVIDIA")
  foreach(kind STANDARD EXTENSION)
    if(NOT CMAKE_CUDA20_${kind}_COMPILE_OPTION)
      set(CMAKE_CUDA20_${kind}_COMPILE_OPTION "-std=c++20")
    endif()
  endforeach()
endif()
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
find_package(CUDAToolkit REQUIRED)
set(TESSERA_HAS_CUDA ON)
find_package(CUDNN 9) # convolutions
if(NOT CUDNN_FOUND)
  message(FATAL_ERROR "Tessera needs cuDNN 9 beside CUDA (CUDNN_ROOT says where it is); TESSERA_CUDA=OFF builds without")
endif()
