#include "core/error.h"
#include "core/fft/fft_backend.h"

#include <cufft.h>

namespace tessera::backend {
namespace {

void check(cufftResult status, char const* call) { require(status == CUFFT_SUCCESS, "{}: cuFFT error {}", call, static_cast<int>(status)); }

} // namespace

struct CudaFft::Impl {
    cufftHandle plan{};
    Impl() { check(cufftCreate(&plan), "cufftCreate"); }
    Impl(Impl const&) = delete;
    Impl& operator=(Impl const&) = delete;
    ~Impl() { (void)cufftDestroy(plan); }
};

CudaFft::CudaFft(Stream stream, Matrix grid, index_t coils) : impl_(std::make_unique<Impl>()) {
    long long n[3];
    int rank = 0;
    for (index_t const extent : grid)
        if (extent > 1 || &extent == &grid[2]) n[rank++] = extent; // a 2D grid is a 2D transform
    std::size_t workspace = 0;
    auto const type = sizeof(real) == 4 ? CUFFT_C2C : CUFFT_Z2Z;
    check(cufftMakePlanMany64(impl_->plan, rank, n, n, coils, 1, n, coils, 1, type, coils, &workspace), "cufftMakePlanMany64");
    check(cufftSetStream(impl_->plan, static_cast<cudaStream_t>(stream.handle)), "cufftSetStream");
}

CudaFft::~CudaFft() = default;

void CudaFft::execute(complex* grid, bool forward) const {
    int const direction = forward ? CUFFT_FORWARD : CUFFT_INVERSE;
#ifdef TESSERA_DOUBLE
    auto* const data = reinterpret_cast<cufftDoubleComplex*>(grid);
    check(cufftExecZ2Z(impl_->plan, data, data, direction), "cufftExecZ2Z");
#else
    auto* const data = reinterpret_cast<cufftComplex*>(grid);
    check(cufftExecC2C(impl_->plan, data, data, direction), "cufftExecC2C");
#endif
}

} // namespace tessera::backend
