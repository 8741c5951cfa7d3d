#include "recon/acquisition/noise.h"

#include "kernels/philox.h"

namespace tessera {

CoilNoise::CoilNoise(Tensor<complex> const& covariance) : coils_(covariance.shape()[0]) {
    require(covariance.shape() == Shape{coils_, coils_}, "noise covariance: shape {}, expected [coil, coil]", covariance.shape().str());
    auto const c = covariance.view<2>();
    mix_.resize(static_cast<std::size_t>(coils_ * coils_));
    for (index_t i = 0; i < coils_; ++i) // Cholesky, row by row
        for (index_t j = 0; j <= i; ++j) {
            Complex<double> rest{c(i, j).re, c(i, j).im};
            for (index_t k = 0; k < j; ++k) rest = rest - mix_[i * coils_ + k] * conj(mix_[j * coils_ + k]);
            if (i == j) {
                require(rest.re > 0, "noise covariance: not positive definite at coil {}", i);
                mix_[i * coils_ + i] = {std::sqrt(rest.re), 0};
            } else {
                mix_[i * coils_ + j] = 1 / mix_[j * coils_ + j].re * rest;
            }
        }
}

void CoilNoise::add_to(Tensor<complex> const& values, double std, std::uint64_t seed, std::uint64_t stream) const {
    require(values.shape().rank() >= 1 && values.shape()[0] == coils_, "noise: values {} for {} coils", values.shape().str(), coils_);
    index_t const points = values.size() / coils_;
    double const scale = std * std::sqrt(0.5);
#pragma omp parallel
    {
        std::vector<Complex<double>> white(static_cast<std::size_t>(coils_));
#pragma omp for
        for (index_t p = 0; p < points; ++p) {
            for (index_t c = 0; c < coils_; ++c)
                white[c] = normal<double>(philox(seed, stream, static_cast<std::uint64_t>(p * coils_ + c)));
            for (index_t i = 0; i < coils_; ++i) {
                Complex<double> sum;
                for (index_t j = 0; j <= i; ++j) sum += mix_[i * coils_ + j] * white[j];
                values.data()[i * points + p] += complex{static_cast<real>(scale * sum.re), static_cast<real>(scale * sum.im)};
            }
        }
    }
}

} // namespace tessera
