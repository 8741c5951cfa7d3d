#include "recon/compressed_sensing/wavelet_norm.h"

#include "core/arrays/random.h"
#include "core/arrays/sums.h"
#include "kernels/arrays/copy_box.h"

namespace tessera {
namespace {

void copy_corner(Tensor<complex> const& from, Tensor<complex> const& to, Shape const& extent) {
    enqueue(to.stream(), CopyBox{from.view<3>(), {0, 0, 0}, to.view<3>(), {0, 0, 0}, {extent[0], extent[1], extent[2]}});
}

// Calls body() while the coarsest approximation is taken out of the coefficients, with zeros in its place.
template <class Body> void without_coarsest(WaveletTransform const& transform, Tensor<complex> const& coefficients, Body body) {
    Matrix const& m = transform.coarsest();
    Tensor<complex> const kept(coefficients.context(), {m[0], m[1], m[2]});
    copy_corner(coefficients, kept, kept.shape());
    copy_corner(Tensor<complex>::zeros(kept.context(), kept.shape()), coefficients, kept.shape());
    body();
    copy_corner(kept, coefficients, kept.shape());
}

} // namespace

double WaveletNorm::value(Tensor<complex> const& x) {
    Tensor<complex> const coefficients(x.context(), x.shape());
    transform_.forward(x.clone(), coefficients);
    double sum = 0;
    without_coarsest(transform_, coefficients, [&] { sum = magnitude_sum(coefficients); });
    return sum;
}

// Thresholds the details of the shifted image; returns the sum of their magnitudes.
double WaveletNorm::shrink(Tensor<complex> const& x, double weight, Matrix const& shift) {
    Tensor<complex> const coefficients(x.context(), x.shape());
    double sum = 0;
    transform_.forward(x, coefficients, shift);
    without_coarsest(transform_, coefficients, [&] {
        enqueue(x.stream(), SoftThreshold{coefficients.flat(), static_cast<real>(weight)});
        if (steady()) sum = magnitude_sum(coefficients);
    });
    transform_.inverse(coefficients, x, shift);
    return sum;
}

double WaveletNorm::proximal(Tensor<complex> const& x, double weight, index_t iteration) {
    if (steady()) return shrink(x, weight, {});
    Random random(seed_, static_cast<std::uint64_t>(iteration));
    Matrix shift;
    for (std::size_t d = 0; d < 3; ++d) {
        auto const n = static_cast<double>(x.shape()[static_cast<int>(d)]);
        shift[d] = static_cast<index_t>(random.uniform() * n);
    }
    shrink(x, weight, shift);
    return value(x);
}

} // namespace tessera
