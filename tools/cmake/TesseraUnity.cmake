# tessera_unity(target): the sources of a folder are compiled together, eight at a time: what they include is parsed, and what they
# instantiate made, once for all of them. So names in unnamed namespaces are unique within a folder, which builds without it
# (TESSERA_UNITY=OFF, the presets cuda and asan, clang-tidy on what changed) do not ask for. A source changed costs its neighbours too.
option(TESSERA_UNITY "Compile the sources of a folder together" OFF)

function(tessera_unity target)
  if(NOT TESSERA_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE path)
    cmake_path(GET path PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "in_${folder}" room)
    math(EXPR ${room}_sources "0${${room}_sources} + 1")
    math(EXPR part "(${${room}_sources} - 1) / 8")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${room}_${part})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # False alarms of GCC 12 in long sources; builds that compile one by one keep these warnings.
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overread>)
  # GCC looks for garbage later: of recon/scan 17 s in place of 21, for 1.13 GB in place of 0.86.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-expand=1000 --param=ggc-min-heapsize=400000>)
endfunction()
