#include "recon/delays/central_model.h"

#include "core/arrays/conjugate_gradient.h"
#include "core/arrays/operator_algebra.h"
#include "kernels/arrays/arithmetic.h"
#include "recon/nufft/density.h"
#include "recon/nufft/nufft.h"
#include "recon/nufft/toeplitz.h"

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

constexpr double kLambda = 1e-3;     // against A^H W A, which is about the identity
constexpr index_t kMargin = 4;       // voxels of half a matrix beyond the samples, for delays
constexpr double kAccuracy = 1e-4;   // of transforms
constexpr double kTolerance = 1e-5;  // of conjugate gradients
constexpr index_t kNormalSteps = 20; // iterations for the curvature, which need not be exact
constexpr double kDamping = 1e-6;    // relative, so that a parameter which changes nothing stays
constexpr double kPlays = 0.01;      // of the strongest gradient: one that is there

PerAxis part(CentralModel::Parameters const& p, std::size_t first) { return {p[first], p[first + 1], p[first + 2]}; }

Matrix low_resolution(Matrix const& matrix, double radius) {
    Matrix low;
    for (int d = 0; d < 3; ++d) low[d] = std::min<index_t>(matrix[d], 2 * (static_cast<index_t>(std::ceil(radius)) + kMargin));
    return low;
}

/// out[c][p] = f(p) in[c][p].
template <class F> void multiply(Tensor<complex> const& in, Tensor<complex> const& out, F const& f) {
    index_t const coils = in.shape()[0], n = in.shape().tail().size();
#pragma omp parallel for
    for (index_t p = 0; p < n; ++p) {
        complex const factor = f(p);
        for (index_t c = 0; c < coils; ++c) out.data()[c * n + p] = factor * in.data()[c * n + p];
    }
}

/// out = -2 pi i r / N in, r the voxel along an axis (0: z) from the centre: the derivative of samples by k.
void by_position(Tensor<complex> const& in, std::size_t axis, Tensor<complex> const& out) {
    auto const x = in.view<4>();
    auto const y = out.view<4>();
    auto const d = static_cast<int>(axis) + 1;
    double const unit = -2 * std::numbers::pi / static_cast<double>(x.shape[d]);
    index_t const centre = x.shape[d] / 2;
#pragma omp parallel for collapse(2)
    for (index_t c = 0; c < x.shape[0]; ++c)
        for (index_t z = 0; z < x.shape[1]; ++z)
            for (index_t v = 0; v < x.shape[2]; ++v)
                for (index_t u = 0; u < x.shape[3]; ++u) {
                    index_t const at[3] = {z, v, u};
                    auto const factor = static_cast<real>(unit * static_cast<double>(at[axis] - centre));
                    y(c, z, v, u) = complex{0, factor} * x(c, z, v, u);
                }
}

} // namespace

struct CentralModel::Moved {
    Tensor<real> gradients; // [point, 3], of the strongest
    double strongest = 0;   // in cycles per field of view a sample
    Tensor<complex> kspace; // [coil, point], without the phase of gradients
    std::shared_ptr<Nufft const> nufft;
    OperatorPointer normal; // A^H W A + lambda

    Moved(CentralModel const& m, Parameters const& delays) {
        auto const late = delayed(m.trajectory_, part(delays, 0));
        auto const [all, speed] = gradients_of(late);
        strongest = speed;
        index_t const n = std::ssize(m.points_);
        Tensor<real> const k(m.cpu_, {n, 3});
        gradients = Tensor<real>(m.cpu_, {n, 3});
        for (index_t p = 0; p < n; ++p)
            for (index_t d = 0; d < 3; ++d) {
                index_t const at = 3 * m.points_[static_cast<std::size_t>(p)] + d;
                k.data()[3 * p + d] = late.data()[at];
                gradients.data()[3 * p + d] = all.data()[at];
            }
        kspace = Tensor<complex>(m.cpu_, m.kspace_.shape());
        auto const undone = -1 * part(delays, 3);
        multiply(m.kspace_, kspace, [&](index_t p) { return gradient_turn(gradients.data() + 3 * p, undone); });
        index_t const coils = m.kspace_.shape()[0];
        nufft = std::make_shared<Nufft>(m.cpu_, m.matrix_, k, NufftConfig{.accuracy = kAccuracy, .coils_per_pass = coils});
        auto const toeplitz = std::make_shared<Toeplitz>(m.cpu_, m.matrix_, k, m.weights_, kAccuracy, 2, nufft);
        Shape const shape = m.no_images().shape();
        normal = std::make_shared<Sum>(std::make_shared<HermitianFunction>(m.cpu_, shape,
                                           [toeplitz](Tensor<complex> const& x, Tensor<complex> const& out) { toeplitz->apply(x, out); }),
            std::make_shared<ScaledIdentity>(m.cpu_, shape, kLambda));
    }
};

CentralModel::CentralModel(Context const& cpu, Matrix const& matrix, Tensor<real> trajectory, Tensor<complex> kspace, double radius)
    : cpu_(cpu), matrix_(low_resolution(matrix, radius)), trajectory_(std::move(trajectory)) {
    index_t const all = trajectory_.size() / 3, coils = kspace.shape()[0];
    auto const k = trajectory_.host();
    for (index_t p = 0; p < all; ++p)
        if (std::hypot(k[3 * p], k[3 * p + 1], k[3 * p + 2]) <= radius) points_.push_back(p);
    index_t const n = std::ssize(points_);
    require(n > 0, "delays: no sample lies within {} cycles per field of view of k = 0", radius);

    auto const [gradients, strongest] = gradients_of(trajectory_);
    longest_ = strongest;
    Tensor<real> const centre(cpu_, {n, 3});
    kspace_ = Tensor<complex>(cpu_, {coils, n});
    for (index_t i = 0; i < n; ++i) {
        index_t const p = points_[static_cast<std::size_t>(i)];
        for (index_t d = 0; d < 3; ++d) {
            centre.data()[3 * i + d] = k[3 * p + d];
            auto const axis = static_cast<std::size_t>(2 - d);
            axes_[axis] = axes_[axis] || (matrix_[axis] > 1 && std::abs(gradients.data()[3 * p + d]) > kPlays);
        }
        for (index_t c = 0; c < coils; ++c) kspace_.data()[c * n + i] = kspace.data()[c * all + p];
    }
    weights_ = pipe_menon_weights(cpu_, matrix_, centre);
    real const largest = *std::max_element(weights_.host().begin(), weights_.host().end());
    for (real& w : weights_.host()) w = std::sqrt(w * largest);
}

bool CentralModel::starts_in_centre() const {
    index_t count = 0;
    auto const k = trajectory_.view<3>();
    for (index_t r = 0; r < k.shape[0]; ++r) count += starts_at_rest(k, r);
    return 2 * count > k.shape[0];
}

Tensor<complex> CentralModel::no_images() const {
    return Tensor<complex>::zeros(cpu_, {kspace_.shape()[0], matrix_[0], matrix_[1], matrix_[2]});
}

Tensor<complex> CentralModel::compensated(Tensor<complex> const& samples) const {
    auto const weighted = samples.clone();
    enqueue(cpu_.stream(), MultiplyReal{weights_.flat(), weighted.view<2>()});
    return weighted;
}

CentralModel::Fit CentralModel::fit(Parameters const& delays, Tensor<complex> const& start, index_t iterations) const {
    Fit fit{delays, start.clone(), {}, 0, std::make_shared<Moved>(*this, delays)};
    Moved const& moved = *fit.moved;
    auto const weighted = compensated(moved.kspace);
    Tensor<complex> const b(cpu_, start.shape()), mx(cpu_, start.shape());
    moved.nufft->adjoint(weighted, b);
    conjugate_gradient(*moved.normal, b, fit.images, {.iterations = iterations, .tolerance = kTolerance});
    moved.normal->forward(fit.images, mx);
    fit.cost = dot(moved.kspace, weighted).re - 2 * dot(b, fit.images).re + dot(fit.images, mx).re;
    axpby(-1, mx, 1, b);
    fit.rest = b;
    return fit;
}

CentralModel::Parameters CentralModel::step(Fit const& fit) const {
    Moved const& moved = *fit.moved;
    Tensor<complex> const predicted(cpu_, kspace_.shape()), residual(cpu_, kspace_.shape()), turned(cpu_, fit.images.shape());
    moved.nufft->forward(fit.images, predicted);
    residual.copy_from(moved.kspace);
    axpby(-1, predicted, 1, residual);

    struct Column {
        std::size_t parameter;
        Tensor<complex> values, weighted; // how samples change with the parameter
        Tensor<complex> seen, following;  // A^H W of it, and the images that follow the parameter
    };
    std::vector<Column> columns;
    for (std::size_t j = 0; j < std::tuple_size_v<Parameters>; ++j) {
        std::size_t const axis = j % 3;
        if (!axes_[axis]) continue;
        auto const component = static_cast<index_t>(2 - axis);
        auto const gradient = [&](index_t p) { return moved.gradients.data()[3 * p + component]; };
        Tensor<complex> const values(cpu_, kspace_.shape());
        if (j < 3) {
            by_position(fit.images, axis, turned);
            moved.nufft->forward(turned, values);
            multiply(values, values, [&](index_t p) { return complex{-static_cast<real>(moved.strongest) * gradient(p), 0}; });
        } else {
            multiply(predicted, values, [&](index_t p) { return complex{0, gradient(p)}; });
        }
        auto const weighted = compensated(values);
        Tensor<complex> const seen(cpu_, fit.images.shape());
        moved.nufft->adjoint(weighted, seen);
        auto const following = no_images();
        conjugate_gradient(*moved.normal, seen, following, {.iterations = kNormalSteps, .tolerance = kTolerance});
        columns.push_back({j, values, weighted, seen, following});
    }
    auto const count = static_cast<Eigen::Index>(columns.size());
    Eigen::MatrixXd curvature(count, count);
    Eigen::VectorXd slope(count);
    for (Eigen::Index i = 0; i < count; ++i) {
        auto const& a = columns[static_cast<std::size_t>(i)];
        slope[i] = dot(a.weighted, residual).re - dot(a.following, fit.rest).re; // as if the images were at their minimum
        for (Eigen::Index l = 0; l < count; ++l) {
            auto const& b = columns[static_cast<std::size_t>(l)];
            curvature(i, l) = dot(a.weighted, b.values).re - dot(a.seen, b.following).re;
        }
    }
    curvature = (0.5 * (curvature + curvature.transpose())).eval();
    curvature.diagonal().array() += kDamping * curvature.trace() / static_cast<double>(count);
    Eigen::VectorXd const change = curvature.ldlt().solve(slope);
    Parameters step{};
    for (Eigen::Index i = 0; i < count; ++i) step[columns[static_cast<std::size_t>(i)].parameter] = change[i];
    return step;
}

double CentralModel::error(Parameters const& delays, Tensor<complex> const& images) const {
    Moved const moved(*this, delays);
    Tensor<complex> const residual(cpu_, kspace_.shape());
    auto const square = [&](Tensor<complex> const& y) { return dot(y, compensated(y)).re; };
    moved.nufft->forward(images, residual);
    axpby(1, moved.kspace, -1, residual);
    double const all = square(moved.kspace);
    return all > 0 ? std::sqrt(square(residual) / all) : 0;
}

} // namespace tessera
