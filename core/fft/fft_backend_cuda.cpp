#include "core/arrays/tensor.h"
#include "core/device/device.h"
#include "core/error.h"
#include "core/fft/fft_backend.h"

#include <cufft.h>

namespace tessera::backend {
namespace {

void check(cufftResult status, char const* call) { require(status == CUFFT_SUCCESS, "{}: cuFFT error {}", call, static_cast<int>(status)); }

} // namespace

struct CudaFft::Impl {
    Context context;
    cufftHandle plan{};
    std::size_t workspace = 0;

    explicit Impl(Context const& c) : context(c) { check(cufftCreate(&plan), "cufftCreate"); }
    Impl(Impl const&) = delete;
    Impl& operator=(Impl const&) = delete;
    ~Impl() { (void)cufftDestroy(plan); }

    // What cuFFT cannot allocate for itself (twiddle factors) is an OutOfMemory like any other.
    void check_memory(cufftResult status, char const* call) const {
        if (status == CUFFT_ALLOC_FAILED) {
            auto const use = context.allocator().use();
            throw OutOfMemory(device_name(context.device()), workspace, use.live, use.peak, use.limit);
        }
        check(status, call);
    }
};

CudaFft::CudaFft(Context const& context, Matrix grid, index_t coils) : impl_(std::make_unique<Impl>(context)) {
    long long n[3];
    int rank = 0;
    for (index_t const extent : grid)
        if (extent > 1 || &extent == &grid[2]) n[rank++] = extent; // a 2D grid is a 2D transform
    auto const type = sizeof(real) == 4 ? CUFFT_C2C : CUFFT_Z2Z;
    check(cufftSetAutoAllocation(impl_->plan, 0), "cufftSetAutoAllocation");
    impl_->check_memory(cufftMakePlanMany64(impl_->plan, rank, n, n, coils, 1, n, coils, 1, type, coils, &impl_->workspace),
        "cufftMakePlanMany64");
    check(cufftSetStream(impl_->plan, static_cast<cudaStream_t>(context.stream().handle)), "cufftSetStream");
}

CudaFft::~CudaFft() = default;

void CudaFft::execute(complex* grid, bool forward) const {
    int const direction = forward ? CUFFT_FORWARD : CUFFT_INVERSE;
    Tensor<std::byte> const workspace(impl_->context, {static_cast<index_t>(impl_->workspace)});
    check(cufftSetWorkArea(impl_->plan, workspace.data()), "cufftSetWorkArea");
#ifdef TESSERA_DOUBLE
    auto* const data = reinterpret_cast<cufftDoubleComplex*>(grid);
    check(cufftExecZ2Z(impl_->plan, data, data, direction), "cufftExecZ2Z");
#else
    auto* const data = reinterpret_cast<cufftComplex*>(grid);
    check(cufftExecC2C(impl_->plan, data, data, direction), "cufftExecC2C");
#endif
}

} // namespace tessera::backend
