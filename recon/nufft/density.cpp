#include "recon/nufft/density.h"

#include "core/arrays/readable_in.h"
#include "core/arrays/sums.h"
#include "core/arrays/vector_ops.h"
#include "core/device/rehearsed_loop.h"
#include "core/terminal/interrupt.h"
#include "kernels/arrays/arithmetic.h"
#include "kernels/arrays/complex_parts.h"
#include "kernels/gridding/density.h"
#include "kernels/gridding/point_order.h"
#include "recon/nufft/gridder.h"
#include "recon/nufft/radial_weights.h"

#include <cmath>
#include <numbers>

namespace tessera {
namespace {

// A kernel of 4 cells, each half a cycle per field of view wide: convolved with itself, its image is 0.33 of the peak half
// a field of view off the centre and 0.01 a whole one (the autocorrelation of a ball: 0.31 and 0), and narrower kernels
// would let the density depend on where a sample lies between the cells.
constexpr double kAccuracy = 2e-3, kOversampling = 2;

Shape without_last(Shape const& shape) { return Shape(std::span(shape.begin(), shape.end() - 1)); }

/// cos^2p(pi k / N), a bell of standard deviation 2 cycles per field of view that is periodic like the samples of a volume:
/// a sum over all Cartesian points is exactly its integral.
class Bell {
public:
    explicit Bell(index_t n) : n_(static_cast<double>(n)) {
        constexpr double kSigma = 2;
        power_ = std::max<index_t>(1, std::llround(n_ * n_ / (2 * std::pow(std::numbers::pi * kSigma, 2))));
    }

    double value(double k) const {
        if (std::abs(k - n_ * std::round(k / n_)) > kReach) return 0; // most samples by far: nothing that a sum would notice
        return std::pow(std::abs(std::cos(std::numbers::pi * k / n_)), static_cast<double>(2 * power_));
    }
    double integral() const {
        double share = 1; // binomial(2p, p) / 4^p
        for (index_t i = 1; i <= power_; ++i) share *= (2.0 * i - 1) / (2.0 * i);
        return n_ * share;
    }

private:
    static constexpr double kReach = 20; // ten standard deviations
    double n_;
    index_t power_;
};

/// How far the weighted density, which is not negative, is from 1, root mean square over samples.
double unevenness(Tensor<complex> const& density) {
    auto const n = static_cast<double>(std::max<index_t>(1, density.size()));
    double const squares = dot(density, density).re - 2 * magnitude_sum(density) + static_cast<double>(density.size());
    return std::sqrt(std::max(0.0, squares) / n);
}

/// Step lengths of Chebyshev's iteration for eigenvalues of about 0.15 to 1. Seen in its logarithm, w <- w / (w * psi)^step
/// is a step of length `step` down a linear residual; steps of 1 leave what changes from sample to sample for tens of iterations.
real step_length(index_t iteration) {
    constexpr real kCycle[4] = {real(1.04), real(1.38), real(2.6), real(5)};
    constexpr index_t kOrder[4] = {1, 2, 0, 3}; // long steps between short ones: nothing grows meanwhile
    return iteration == 0 ? real(1) : kCycle[kOrder[(iteration - 1) % 4]];
}

} // namespace

Tensor<real> pipe_menon_weights(Context const& context, Matrix matrix, Tensor<real> const& trajectory, DensityConfig const& config,
    std::function<void(index_t)> const& told) {
    require(config.iterations >= 1, "density: {} iterations, expected at least 1", config.iterations);
    Gridder gridder(context, matrix, trajectory, GriddingKernel(kAccuracy, kOversampling), kOversampling);
    auto const order = gridder.take_order();
    index_t const n = gridder.points();
    auto const [z, y, x] = gridder.grid();
    Tensor<complex> const weights(context, {1, n}), density(context, {1, n}), grid(context, {z, y, x, 1});
    {
        Tensor<real> const ones(context, {n});
        enqueue(context.stream(), Fill{ones.flat(), 1});
        enqueue(context.stream(), RealToComplex{ones.flat(), weights.flat()});
    }

    RehearsedLoop const loop(context, config.iterations);
    for (index_t i = 0; i < loop.turns(); ++i) {
        interruption_point();
        grid.zero();
        gridder.spread(weights, grid);
        gridder.interpolate(grid, density);
        if (i > 0 && unevenness(density) < config.tolerance) break;
        enqueue(context.stream(), DivideByDensity{density.flat(), weights.flat(), step_length(i)});
        if (told) told(i + 1);
    }

    Tensor<real> const shaped(context, without_last(trajectory.shape()));
    enqueue(context.stream(), PutInOrder{weights.flat(), order.flat(), shaped.flat()});
    if (n > 0) normalise_weights(shaped, matrix, trajectory);
    return shaped;
}

void normalise_weights(Tensor<real> const& weights, Matrix matrix, Tensor<real> const& trajectory) {
    require(trajectory.shape().rank() >= 1 && trajectory.shape()[-1] == 3, "density: trajectory of shape {}, expected [..., 3]",
        trajectory.shape().str());
    require(weights.size() == trajectory.size() / 3, "density: {} weights for {} points", weights.size(), trajectory.size() / 3);
    auto const positions = readable_on_host(trajectory);
    auto const on_host = readable_on_host(weights);
    if (weights.context().rehearses()) return;
    Bell const bells[3] = {Bell(matrix[2]), Bell(matrix[1]), Bell(matrix[0])}; // x, y, z as the trajectory's components
    auto const k = positions.host();
    auto const w = on_host.host();
    double sum = 0, integral = 1;
    for (std::size_t i = 0; i < w.size(); ++i) {
        require(std::isfinite(w[i]) && w[i] >= 0, "density: weight {} is {}, expected a finite number of 0 or more", i, w[i]);
        double bell = w[i];
        for (std::size_t d = 0; d < 3; ++d)
            if (matrix[2 - d] > 1) bell *= bells[d].value(k[3 * i + d]);
        sum += bell;
    }
    for (std::size_t d = 0; d < 3; ++d)
        if (matrix[2 - d] > 1) integral *= bells[d].integral();
    require(sum > 0, "density: all weights near the centre of k-space are zero, so they cannot be scaled");
    for (real& v : w) v = static_cast<real>(v * (integral / sum));
    if (on_host.data() != weights.data()) weights.copy_from(on_host);
}

Tensor<real> density_weights(Context const& context, Matrix matrix, Acquisition const& acquisition, DensityConfig const& config,
    std::function<void(index_t)> const& told) {
    Shape const shape{acquisition.trajectory.shape()[0], acquisition.trajectory.shape()[1]};
    switch (config.kind) {
    case DensityKind::pipe: return pipe_menon_weights(context, matrix, acquisition.trajectory, config, told);
    case DensityKind::radial: return radial_weights(matrix, acquisition.trajectory).to(context);
    case DensityKind::file: {
        require(acquisition.weights.has_value(), "{}: no density compensation in the file (choose \"pipe\")", acquisition.source);
        auto const weights = acquisition.weights->clone();
        normalise_weights(weights, matrix, acquisition.trajectory);
        return weights.to(context);
    }
    case DensityKind::none: break;
    }
    Tensor<real> const ones(context, shape);
    enqueue(context.stream(), Fill{ones.flat(), 1});
    return ones;
}

} // namespace tessera
