// Turns a CUDA runtime status into an Error; for the cuda backend's own files.
#pragma once

#include "core/error.h"

#include <cuda_runtime.h>

namespace tessera {

inline void cuda_check(cudaError_t status, char const* call) { require(status == cudaSuccess, "{}: {}", call, cudaGetErrorString(status)); }

} // namespace tessera
