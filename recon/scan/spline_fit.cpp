#include "recon/scan/spline_fit.h"

#include "core/fft/lane_rows.h"
#include "core/fft/panel_pass.h"
#include "kernels/arrays/apply_along_axis.h"
#include "kernels/arrays/coils.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr index_t kCheckedPlanes = 12;

index_t count_of(index_t voxels, index_t intervals) { return std::clamp<index_t>(voxels - 1, 1, intervals) + 3; }

// `count` voxels of n, from the first to the last.
std::vector<index_t> spread(index_t n, index_t count) {
    std::vector<index_t> voxels;
    for (index_t i = 0; i < std::min(n, count); ++i)
        voxels.push_back(n <= count ? i : std::llround(static_cast<double>(i * (n - 1)) / static_cast<double>(count - 1)));
    return voxels;
}

// The pseudo-inverse of what makes voxels of coefficients.
Tensor<complex> fit_matrix(std::vector<index_t> const& voxels, index_t n, index_t count) {
    Eigen::MatrixXd values = Eigen::MatrixXd::Zero(std::ssize(voxels), count);
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
        real weights[4];
        index_t const first = SplineMaps::taps(voxels[static_cast<std::size_t>(i)], n, count, weights);
        for (index_t k = 0; k < 4; ++k) values(i, first + k) = static_cast<double>(weights[k]);
    }
    Eigen::MatrixXd const inverse = values.completeOrthogonalDecomposition().pseudoInverse();
    Tensor<complex> m(Context(), {count, std::ssize(voxels)});
    for (Eigen::Index i = 0; i < inverse.rows(); ++i)
        for (Eigen::Index j = 0; j < inverse.cols(); ++j) m.data()[i * inverse.cols() + j] = {static_cast<real>(inverse(i, j)), 0};
    return m;
}

// One axis of `in`, seen as [outer, j, inner], times a matrix.
Tensor<complex> along(Tensor<complex> const& matrix, Tensor<complex> const& in, index_t outer, index_t inner) {
    Tensor<complex> out(in.context(), {outer, matrix.shape()[0], inner});
    enqueue(in.stream(), ApplyAlongAxis{matrix.view<2>(), in.reshape({outer, matrix.shape()[1], inner}).view<3>(), out.view<3>()});
    return out;
}

} // namespace

Shape SplineFit::shape(Matrix const& matrix, index_t coils, index_t intervals) {
    return {coils, count_of(matrix[0], intervals), count_of(matrix[1], intervals), count_of(matrix[2], intervals)};
}

index_t SplineFit::size(Matrix const& matrix, index_t coils, index_t intervals) { return shape(matrix, coils, intervals).size(); }

SplineFit::SplineFit(Matrix const& matrix, index_t intervals) {
    for (int d = 0; d < 3; ++d) {
        Axis& axis = axes_[static_cast<std::size_t>(d)];
        index_t const count = count_of(matrix[d], intervals);
        axis.voxels = spread(matrix[d], 2 * count);
        axis.matrix = fit_matrix(axis.voxels, matrix[d], count);
    }
}

Tensor<complex> SplineFit::coefficients(index_t coils, MapPlanes const& planes) const {
    auto const& [az, ay, ax] = axes_;
    Context const host;
    auto const count = [](Axis const& a) { return a.matrix.shape()[0]; };
    auto const used = [](Axis const& a) { return std::ssize(a.voxels); };
    index_t const cells = count(ay) * count(ax);
    Tensor<complex> const in_planes(host, {coils, used(az), cells}), some(host, {coils, used(ay), used(ax)});
    for (index_t z = 0; z < used(az); ++z) {
        auto const plane = planes(az.voxels[static_cast<std::size_t>(z)]);
        for (index_t c = 0; c < coils; ++c)
            for (index_t y = 0; y < used(ay); ++y)
                for (index_t x = 0; x < used(ax); ++x)
                    some.view<3>()(c, y, x) =
                        plane.view<3>()(c, ay.voxels[static_cast<std::size_t>(y)], ax.voxels[static_cast<std::size_t>(x)]);
        auto const fitted = along(ay.matrix, along(ax.matrix, some, coils * used(ay), 1), coils, count(ax));
        for (index_t c = 0; c < coils; ++c) in_planes[c][z].copy_from(fitted[c].reshape({cells}));
    }
    return along(az.matrix, in_planes, coils, cells).reshape({coils, count(az), count(ay), count(ax)});
}

double spline_error(RowFactors const& splines, Matrix const& matrix, MapPlanes const& planes) {
    auto const [nz, ny, nx] = matrix;
    double difference = 0, size = 0;
    PanelBuffer const found(nx * kAbreast), exact(nx * kAbreast);
    for (index_t const z : spread(nz, kCheckedPlanes)) {
        auto const plane = planes(z);
        for (index_t c = 0; c < splines.count(); ++c)
            for (index_t y = 0; y < ny; y += kAbreast) {
                index_t const rows = std::min<index_t>(kAbreast, ny - y);
                splines.rows(c, z, y, rows, found.data());
                gather_rows(&plane.view<3>()(c, y, 0), nx, nx, rows, exact.data());
                for (index_t i = 0; i < nx * kAbreast; ++i) {
                    difference += static_cast<double>(norm2(found.data()[i] - exact.data()[i]));
                    size += static_cast<double>(norm2(exact.data()[i]));
                }
            }
    }
    return size > 0 ? std::sqrt(difference / size) : 0;
}

} // namespace tessera
