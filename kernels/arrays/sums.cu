#include "kernels/arrays/sums.h"

#include "kernels/launch.h"

namespace tessera {
namespace {

// A block per stretch: each thread sums a strided part, then half of the threads add the other half's sums until one is left.
template <class Sum, class Kernel> void sum_stretches(Stream stream, index_t n, Kernel const& k) {
    constexpr int kThreads = 128;
    auto const kernel = k;
    index_t const stretches = k.partial.size();
    index_t const length = (n + stretches - 1) / stretches;
    launch<kThreads>(stream, stretches, kThreads * sizeof(Sum), TESSERA_LAMBDA() {
        auto* const sums = shared_memory<Sum>();
        int const thread = static_cast<int>(threadIdx.x);
        index_t const first = static_cast<index_t>(blockIdx.x) * length;
        index_t const last = first + length < n ? first + length : n;
        Sum sum{};
        for (index_t i = first + thread; i < last; i += kThreads) sum += kernel.term(i);
        sums[thread] = sum;
        __syncthreads();
        for (int half = kThreads / 2; half > 0; half /= 2) {
            if (thread < half) sums[thread] += sums[thread + half];
            __syncthreads();
        }
        if (thread == 0) kernel.partial[blockIdx.x] = sums[0];
    });
}

} // namespace

// As above, but warps reduce by shuffles, the first warp reduces the warps.
template <> void execute<kDevice>(Stream stream, DotPartial const& k) {
    constexpr int kThreads = 256, kWarps = kThreads / 32;
    auto const kernel = k;
    index_t const n = k.x.size(), stretches = k.partial.size();
    index_t const length = (n + stretches - 1) / stretches;
    launch<kThreads>(stream, stretches, kWarps * sizeof(Complex<double>), TESSERA_LAMBDA() {
        auto* const sums = shared_memory<Complex<double>>();
        int const thread = static_cast<int>(threadIdx.x);
        index_t const first = static_cast<index_t>(blockIdx.x) * length;
        index_t const last = first + length < n ? first + length : n;
        Complex<double> sum;
        for (index_t i = first + thread; i < last; i += kThreads) {
            complex const x = kernel.x[i], y = kernel.y[i];
            sum += Complex<double>{static_cast<double>(x.re) * y.re + static_cast<double>(x.im) * y.im,
                static_cast<double>(x.re) * y.im - static_cast<double>(x.im) * y.re};
        }
        for (int step = 16; step > 0; step /= 2) {
            sum.re += __shfl_down_sync(0xffffffffu, sum.re, step);
            sum.im += __shfl_down_sync(0xffffffffu, sum.im, step);
        }
        if (thread % 32 == 0) sums[thread / 32] = sum;
        __syncthreads();
        if (thread == 0) {
            for (int w = 1; w < kWarps; ++w) sum += sums[w];
            kernel.partial[blockIdx.x] = sum;
        }
    });
}

template <> void execute<kDevice>(Stream stream, RealSum const& k) { sum_stretches<double>(stream, k.x.size(), k); }
template <> void execute<kDevice>(Stream stream, MagnitudeSum const& k) { sum_stretches<double>(stream, k.x.size(), k); }
template <> void execute<kDevice>(Stream stream, DifferenceSum const& k) { sum_stretches<Difference>(stream, k.p.size(), k); }

} // namespace tessera
