// cuFFT behind an interface that a build without CUDA can have too.
#pragma once

#include "core/arrays/shape.h"
#include "kernels/kernel.h"

#include <memory>

namespace tessera::backend {

/// A cuFFT plan on one stream; constructing it throws Error in a build without cuda.
class CudaFft {
public:
    CudaFft(Stream stream, Matrix grid, index_t coils);
    ~CudaFft();
    CudaFft(CudaFft const&) = delete;
    CudaFft& operator=(CudaFft const&) = delete;

    void execute(complex* grid, bool forward) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tessera::backend
