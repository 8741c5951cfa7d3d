#include "recon/comparison/lesion.h"

#include "core/arrays/vector_ops.h"
#include "recon/metrics/checks.h"
#include "recon/metrics/image_quality.h"
#include "recon/sense/sense_model.h"

#include <numbers>

namespace tessera {

using namespace metrics;

namespace {

constexpr double kEdge = 0.75;       // deviation of the Gaussian that softens the sphere
constexpr double kReach = 4 * kEdge; // beyond radius + kReach the lesion is below 4e-5 of its contrast

/// Replaces each voxel by the best(neighbour, neighbour) within `half` voxels along one axis.
template <class Best> void over_line(Tensor<real> const& volume, int axis, index_t half, Best const& best) {
    Shape const& s = volume.shape();
    index_t const n = s[axis], step = axis == 0 ? s[1] * s[2] : axis == 1 ? s[2] : 1;
    real* const v = volume.data();
#pragma omp parallel
    {
        std::vector<real> line(static_cast<std::size_t>(n));
#pragma omp for schedule(static)
        for (index_t i = 0; i < volume.size() / n; ++i) {
            real* const first = v + i / step * step * n + i % step;
            for (index_t k = 0; k < n; ++k) line[static_cast<std::size_t>(k)] = first[k * step];
            for (index_t k = 0; k < n; ++k) {
                auto const begin = line.begin() + std::max<index_t>(0, k - half), end = line.begin() + std::min(n, k + half + 1);
                first[k * step] = *best(begin, end);
            }
        }
    }
}

/// 1 for voxels that have values above the threshold on both sides along the axis.
Tensor<real> between(Tensor<real> const& volume, int axis, double threshold) {
    Shape const& s = volume.shape();
    index_t const n = s[axis], step = axis == 0 ? s[1] * s[2] : axis == 1 ? s[2] : 1;
    auto const result = Tensor<real>::zeros(volume.context(), s);
    for (index_t i = 0; i < volume.size() / n; ++i) {
        index_t const line = i / step * step * n + i % step;
        index_t first = n, last = -1;
        for (index_t k = 0; k < n; ++k)
            if (double(volume.data()[line + k * step]) > threshold) {
                first = std::min(first, k);
                last = k;
            }
        for (index_t k = first + 1; k < last; ++k) result.data()[line + k * step] = 1;
    }
    return result;
}

double distance(Lesion const& lesion, index_t z, index_t y, index_t x) {
    return std::sqrt(square(double(z) - lesion.centre[0]) + square(double(y) - lesion.centre[1]) + square(double(x) - lesion.centre[2]));
}

/// Voxels along one axis within `reach` of a position, cut at the volume.
std::pair<index_t, index_t> range(double position, double reach, index_t n) {
    return {std::max<index_t>(0, static_cast<index_t>(std::ceil(position - reach))),
        std::min<index_t>(n, static_cast<index_t>(std::floor(position + reach)) + 1)};
}

/// Calls use(z, y, x) for the voxels of the box of `reach` voxels around a position.
template <class F> void for_box(Shape const& s, Vector3 const& position, double reach, F const& use) {
    auto const [z0, z1] = range(position[0], reach, s[0]);
    auto const [y0, y1] = range(position[1], reach, s[1]);
    auto const [x0, x1] = range(position[2], reach, s[2]);
    for (index_t z = z0; z < z1; ++z)
        for (index_t y = y0; y < y1; ++y)
            for (index_t x = x0; x < x1; ++x) use(z, y, x);
}

/// exp(i phase) of the Gaussian mean around a voxel.
Complex<double> direction(View<complex, 3> const& image, Shape const& s, Vector3 const& at) {
    constexpr double kSigma = 2;
    Complex<double> mean;
    for_box(s, at, 3 * kSigma, [&](index_t z, index_t y, index_t x) {
        double const d2 = square(double(z) - at[0]) + square(double(y) - at[1]) + square(double(x) - at[2]);
        complex const v = image(z, y, x);
        mean += std::exp(-d2 / (2 * square(kSigma))) * Complex<double>{v.re, v.im};
    });
    double const size = abs(mean);
    return size > 0 ? 1 / size * mean : Complex<double>{1, 0};
}

} // namespace

Lesion place_lesion(Tensor<real> const& reference, Tensor<real> const& mask, double radius, double contrast) {
    check("lesion", reference, reference, mask);
    require(radius > 0, "lesion: a radius of {} voxels", radius);
    Shape const& s = reference.shape();
    require(s.rank() == 3, "lesion: expected a volume [z, y, x], found shape {}", s.str());
    auto const half = static_cast<index_t>(std::ceil(radius + 2));
    auto const largest = reference.clone(), inside = mask.clone();
    for (int axis = 0; axis < 3; ++axis) {
        over_line(largest, axis, half, [](auto begin, auto end) { return std::max_element(begin, end); });
        over_line(inside, axis, half, [](auto begin, auto end) { return std::min_element(begin, end); });
    }
    // the box around the centre must lie inside the volume, and the centre in its inner part; an axis of one voxel has one place
    auto const allowed = [&](index_t i, index_t n) {
        return n == 1 || (i >= half && i < n - half && std::abs(i - n / 2) <= static_cast<index_t>(0.4 * static_cast<double>(n)));
    };
    double const signal = 0.2 * robust_maximum(reference);
    auto const along_y = between(reference, 1, signal), along_x = between(reference, 2, signal);
    auto const value = largest.view<3>(), in = inside.view<3>(), between_y = along_y.view<3>(), between_x = along_x.view<3>();
    std::optional<Lesion> best;
    std::pair<bool, real> least; // whether it is open to a side, how bright
    for (index_t z = 0; z < s[0]; ++z)
        for (index_t y = 0; y < s[1]; ++y)
            for (index_t x = 0; x < s[2]; ++x)
                if (allowed(z, s[0]) && allowed(y, s[1]) && allowed(x, s[2]) && in(z, y, x) != 0) {
                    std::pair<bool, real> const here{between_y(z, y, x) == 0 || between_x(z, y, x) == 0, value(z, y, x)};
                    if (best && !(here < least)) continue;
                    best = Lesion{{double(z), double(y), double(x)}, radius, contrast};
                    least = here;
                }
    require(best.has_value(), "lesion: the object of shape {} has no place for one of radius {} with a margin of 2 voxels", s.str(),
        radius);
    return *best;
}

Tensor<complex> lesion_image(Lesion const& lesion, Tensor<complex> const& phase) {
    Context const host = phase.context().host();
    auto const around = phase.to(host);
    auto const image = Tensor<complex>::zeros(host, phase.shape());
    if (host.rehearses()) return image;
    for_box(phase.shape(), lesion.centre, lesion.radius + kReach,
        [&, in = around.view<3>(), out = image.view<3>()](index_t z, index_t y, index_t x) {
            double const value =
                0.5 * lesion.contrast * std::erfc((distance(lesion, z, y, x) - lesion.radius) / (std::numbers::sqrt2 * kEdge));
            auto const v = value * direction(in, phase.shape(), {double(z), double(y), double(x)});
            out(z, y, x) = {static_cast<real>(v.re), static_cast<real>(v.im)};
        });
    return image;
}

Scan with_image_added(Scan const& scan, Tensor<complex> const& added, index_t coils_per_pass) {
    require(!scan.maps.empty(), "lesion: the scan was prepared without sensitivity maps");
    require(added.shape() == scan.maps.shape().tail(), "lesion: an image of shape {} for maps of shape {}", added.shape().str(),
        scan.maps.shape().str());
    NufftConfig nufft;
    nufft.accuracy = 1e-6;
    nufft.coils_per_pass = coils_per_pass;
    auto const model = sense_model(scan.maps, {scan.kspace, scan.trajectory, scan.weights}, nufft, NormalOperator::gridded);
    Scan result = scan;
    result.expected.reset();
    result.target.reset();
    Tensor<complex> const samples(model->context(), model->codomain());
    model->forward(added.to(model->context()), samples);
    axpby(1, scan.kspace.to(model->context()), 1, samples);
    result.kspace = samples.to(scan.kspace.context());
    return result;
}

LesionAnswer lesion_answer(Tensor<complex> const& without, Tensor<complex> const& with, Lesion const& lesion,
    Tensor<complex> const& added) {
    Context const host = without.context().host();
    auto const before = without.to(host), after = with.to(host), own = added.to(host);
    if (host.rehearses()) return {};
    check("lesion", after, before, {});
    check("lesion", own, before, {});
    auto const x = before.view<3>(), y = after.view<3>(), l = own.view<3>();
    double strongest = 0, energy = 0;
    for (index_t i = 0; i < own.size(); ++i) {
        strongest = std::max(strongest, double(abs(l[i])));
        energy += norm2(Complex<double>{l[i].re, l[i].im});
    }
    require(energy > 0, "lesion: nothing of it lies inside the volume of shape {}", added.shape().str());
    double found = 0, expected = 0;
    for (index_t i = 0; i < own.size(); ++i)
        if (double(abs(l[i])) >= 0.5 * strongest) {
            found += double(abs(y[i])) - double(abs(x[i]));
            expected += double(abs(l[i]));
        }
    index_t const ny = x.shape[1], nx = x.shape[2];
    double const elsewhere = sum(own.size(), [&](index_t i) {
        bool const near = distance(lesion, i / (ny * nx), i / nx % ny, i % nx) <= lesion.radius + kReach;
        return near ? 0.0 : norm2(Complex<double>{double(y[i].re) - double(x[i].re), double(y[i].im) - double(x[i].im)});
    });
    return {found / expected, std::sqrt(elsewhere / energy)};
}

} // namespace tessera
