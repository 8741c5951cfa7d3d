// cuFFT behind an interface that a build without CUDA can have too.
#pragma once

#include "core/arrays/shape.h"
#include "core/device/context.h"

#include <memory>

namespace tessera::backend {

/// A cuFFT plan on a context's stream; constructing it throws Error in a build without cuda.
///
/// Its workspace comes from the context's allocator and lives as long as execute(), so that plans share it and it is counted.
class CudaFft {
public:
    CudaFft(Context const& context, Matrix grid, index_t coils);
    ~CudaFft();
    CudaFft(CudaFft const&) = delete;
    CudaFft& operator=(CudaFft const&) = delete;

    void execute(complex* grid, bool forward) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tessera::backend
