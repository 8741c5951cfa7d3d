#include "recon/simulation/ellipsoids.h"

#include <numbers>

namespace tessera {
namespace {

using std::numbers::pi;

/// Fourier transform of the unit ball at 2 pi |k| = q, over its volume.
double ball(double q) { return q < 1e-3 ? 1 - q * q / 10 : 3 * (std::sin(q) - q * std::cos(q)) / (q * q * q); }
/// The same of the unit disc.
double disc(double q) { return q < 1e-6 ? 1 : 2 * std::cyl_bessel_j(1, q) / q; }

/// The ellipse that the slice z = 0 cuts out; semi[2] = 0 where it cuts nothing.
Ellipsoid slice_at_zero(Ellipsoid e) {
    require(std::abs(e.axes[2][2]) > 1 - 1e-9, "ellipsoids: only those turned about z have a 2D k-space");
    double const height = e.centre[2] / e.semi[2], scale = height * height < 1 ? std::sqrt(1 - height * height) : 0;
    for (double& s : e.semi) s *= scale;
    return e;
}

} // namespace

EllipsoidPhantom EllipsoidPhantom::head() {
    auto const part = [](double signal, Vector3 const& semi, Vector3 const& centre, double degrees) {
        return Part{turned(0.5 * centre, 0.5 * semi, degrees * pi / 180, 0, 0), signal};
    };
    return EllipsoidPhantom({
        part(1.0, {0.69, 0.92, 0.90}, {0, 0, 0}, 0),
        part(-0.8, {0.6624, 0.874, 0.88}, {0, -0.0184, 0}, 0),
        part(-0.2, {0.11, 0.31, 0.22}, {0.22, 0, 0}, -18),
        part(-0.2, {0.16, 0.41, 0.28}, {-0.22, 0, 0}, 18),
        part(0.1, {0.21, 0.25, 0.41}, {0, 0.35, -0.15}, 0),
        part(0.15, {0.046, 0.046, 0.05}, {0, 0.1, 0.25}, 0),
        part(0.15, {0.046, 0.046, 0.05}, {0, -0.1, 0.05}, 0),
        part(0.2, {0.046, 0.023, 0.05}, {-0.08, -0.605, 0}, 0),
        part(0.2, {0.023, 0.023, 0.02}, {0, -0.606, 0}, 0),
        part(0.2, {0.023, 0.046, 0.02}, {0.06, -0.605, 0}, 0),
    });
}

Tensor<real> EllipsoidPhantom::magnitude(SamplingGrid const& grid) const {
    Matrix const& m = grid.matrix;
    Tensor<real> const volume(Context(Device::cpu), {m[0], m[1], m[2]});
    auto const v = volume.view<3>();
    double const voxel = grid.voxel();
#pragma omp parallel for
    for (index_t z = 0; z < m[0]; ++z)
        for (index_t y = 0; y < m[1]; ++y)
            for (index_t x = 0; x < m[2]; ++x) {
                double sum = 0;
                for (Part const& part : parts_)
                    sum += part.signal * coverage(part.shape, {grid.at(2, x), grid.at(1, y), grid.at(0, z)}, voxel);
                v(z, y, x) = static_cast<real>(sum);
            }
    return volume;
}

Tensor<complex> EllipsoidPhantom::kspace(SamplingGrid const& grid, Tensor<real> const& trajectory) const {
    auto const k = trajectory.view<3>();
    bool const flat = grid.matrix[0] == 1;
    std::vector<Part> parts = parts_;
    if (flat)
        for (Part& part : parts) part.shape = slice_at_zero(part.shape);
    Vector3 const& extent = grid.extent;
    double const voxels = static_cast<double>(grid.matrix[0] * grid.matrix[1] * grid.matrix[2]);
    double const scale = std::sqrt(voxels) / (extent[1] * extent[2] * (flat ? 1 : extent[0]));

    Tensor<complex> const result(Context(Device::cpu), {k.shape[0], k.shape[1]});
    auto const out = result.view<2>();
#pragma omp parallel for
    for (index_t r = 0; r < k.shape[0]; ++r)
        for (index_t s = 0; s < k.shape[1]; ++s) {
            // in cycles per unit of length
            Vector3 const at{k(r, s, 0) / extent[2], k(r, s, 1) / extent[1], flat ? 0.0 : k(r, s, 2) / extent[0]};
            Complex<double> sum;
            for (auto const& [e, signal] : parts) {
                Vector3 scaled{};
                for (int a = 0; a < 3; ++a) scaled[a] = e.semi[a] * dot(e.axes[a], at);
                double const q = 2 * pi * norm(scaled), phase = -2 * pi * dot(at, e.centre);
                double const size = flat ? pi * e.semi[0] * e.semi[1] * disc(q) : 4 * pi / 3 * e.semi[0] * e.semi[1] * e.semi[2] * ball(q);
                sum += signal * size * Complex<double>{std::cos(phase), std::sin(phase)};
            }
            out(r, s) = {static_cast<real>(scale * sum.re), static_cast<real>(scale * sum.im)};
        }
    return result;
}

} // namespace tessera
