#include "recon/metrics/checks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tessera {

using namespace metrics;

namespace {

double squared_error(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    real const *const x = image.host().data(), *const r = reference.host().data(), *const m = data(mask);
    return sum(image.size(), [&](index_t i) { return weight(m, i) * square(double(x[i]) - r[i]); });
}

} // namespace

double fit_scale(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    check("fit_scale", image, reference, mask);
    real const *const x = image.host().data(), *const r = reference.host().data(), *const m = data(mask);
    double const norm = sum(image.size(), [&](index_t i) { return weight(m, i) * square(x[i]); });
    require(norm > 0, "fit_scale: the image is zero");
    return sum(image.size(), [&](index_t i) { return weight(m, i) * double(x[i]) * double(r[i]); }) / norm;
}

Complex<double> fit_scale(Tensor<complex> const& image, Tensor<complex> const& reference, Mask const& mask) {
    check("fit_scale", image, reference, mask);
    complex const *const x = image.host().data(), *const r = reference.host().data();
    real const* const m = data(mask);
    auto const wide = [](complex a) { return Complex<double>{a.re, a.im}; };
    double const norm = sum(image.size(), [&](index_t i) { return weight(m, i) * norm2(wide(x[i])); });
    require(norm > 0, "fit_scale: the image is zero");
    return 1 / norm * sum(image.size(), [&](index_t i) { return weight(m, i) * (conj(wide(x[i])) * wide(r[i])); });
}

double nrmse(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    check("nrmse", image, reference, mask);
    real const *const r = reference.host().data(), *const m = data(mask);
    double const norm = sum(reference.size(), [&](index_t i) { return weight(m, i) * square(r[i]); });
    require(norm > 0, "nrmse: the reference is zero");
    return std::sqrt(squared_error(image, reference, mask) / norm);
}

double psnr(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask) {
    check("psnr", image, reference, mask);
    double const peak = maximum("psnr", reference, mask);
    real const* const m = data(mask);
    double const count = sum(image.size(), [&](index_t i) { return weight(m, i); });
    double const error = squared_error(image, reference, mask) / count;
    return error > 0 ? 10 * std::log10(peak * peak / error) : std::numeric_limits<double>::infinity();
}

} // namespace tessera
