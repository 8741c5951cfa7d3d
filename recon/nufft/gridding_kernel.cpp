#include "recon/nufft/gridding_kernel.h"

#include "core/error.h"
#include "kernels/gridding/gridding.h"

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

// The error falls as exp(-pi w sqrt(1 - 1/s)); the factor in front was fitted to measured errors of 3D transforms.
int choose_width(double accuracy, double oversampling) {
    double const factor = 2.8 + 4.9 * (oversampling - 1.25);
    double const rate = std::numbers::pi * std::sqrt(1 - 1 / oversampling);
    return std::max(3, static_cast<int>(std::ceil(std::log(factor / accuracy) / rate)));
}

} // namespace

GriddingKernel::GriddingKernel(double accuracy, double oversampling) {
    require(accuracy >= 0.999e-6 && accuracy <= 1.001e-2, "nufft: accuracy {} is outside of 1e-6 ... 1e-2", accuracy);
    require(oversampling >= 1.25 && oversampling <= 2, "nufft: oversampling {} is outside of 1.25 ... 2", oversampling);
    // Undoing the kernel's attenuation amplifies rounding: a hundredfold at the volume's faces for 1.25 and 10 cells.
    require(sizeof(real) == 8 || oversampling >= 1.5 || accuracy >= 0.999e-4,
        "nufft: in single precision an accuracy of {} needs an oversampling of at least 1.5, not {}", accuracy, oversampling);
    width_ = choose_width(accuracy, oversampling);
    require(width_ <= kMaxKernelWidth, "nufft: accuracy {} at oversampling {} needs a kernel of {} cells, at most {} are supported",
        accuracy, oversampling, width_, kMaxKernelWidth);
    beta_ = std::numbers::pi * std::sqrt(std::pow(width_ / oversampling * (oversampling - 0.5), 2) - 0.8);
}

double GriddingKernel::value(double x) const {
    double const u = 2 * x / width_;
    if (std::abs(u) > 1) return 0;
    return std::cyl_bessel_i(0.0, beta_ * std::sqrt(1 - u * u)) / std::cyl_bessel_i(0.0, beta_);
}

double GriddingKernel::transform(double frequency) const {
    double const a = beta_ * beta_ - std::pow(std::numbers::pi * width_ * frequency, 2);
    double const root = std::sqrt(std::abs(a));
    double const shape = root < 1e-8 ? 1.0 : a > 0 ? std::sinh(root) / root : std::sin(root) / root;
    return width_ / std::cyl_bessel_i(0.0, beta_) * shape;
}

std::vector<real> GriddingKernel::table() const {
    // Interpolation in Chebyshev nodes, written in powers of u = 2 f - 1.
    int const terms = width_ + 3;
    Eigen::MatrixXd powers(terms, terms), values(terms, width_);
    for (int i = 0; i < terms; ++i) {
        double const u = std::cos(std::numbers::pi * (i + 0.5) / terms);
        for (int p = 0; p < terms; ++p) powers(i, p) = std::pow(u, p);
        for (int j = 0; j < width_; ++j) values(i, j) = value(j + 1 - 0.5 * (u + 1) - 0.5 * width_);
    }
    Eigen::MatrixXd const coefficients = powers.partialPivLu().solve(values);
    std::vector<real> table;
    for (int p = 0; p < terms; ++p)
        for (int j = 0; j < width_; ++j) table.push_back(static_cast<real>(coefficients(p, j)));
    return table;
}

} // namespace tessera
