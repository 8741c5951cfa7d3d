# tessera_precompile(target [header...]): what most sources of a target include anyway is parsed once: about a second of each source,
# two of a test. It replaces no #include: builds without it (TESSERA_PRECOMPILE=OFF, the presets cuda and asan, clang-tidy) hold that.
option(TESSERA_PRECOMPILE "Parse the standard headers once a target" ON)

function(tessera_precompile target)
  if(TESSERA_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <cmath> <complex> <filesystem> <fstream> <functional> <map>
      <memory> <numbers> <numeric> <optional> <set> <span> <sstream> <string> <vector> ${ARGN})
  endif()
endfunction()
