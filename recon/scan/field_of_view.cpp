#include "recon/scan/field_of_view.h"

#include "kernels/arrays/arithmetic.h"
#include "recon/nufft/density.h"
#include "recon/nufft/nufft.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr index_t kCells = 64; // of the low-resolution reconstruction along each axis

/// How many times the nominal field of view (z, y, x) can be told from its aliases: readouts sampled s apart show 1/s.
///
/// Along an axis that readouts do not run along, and where they wind, the gap to the neighbouring readout decides, which
/// is the nominal one.
Vector3 visible_scale(Tensor<real> const& trajectory, double largest) {
    auto const k = trajectory.view<3>();
    std::vector<double> steps[3];
    double path = 0, chords = 0;
    for (index_t r = 0; r < k.shape[0]; ++r) {
        double chord[3] = {};
        for (index_t s = 1; s < k.shape[1]; ++s) {
            double step[3];
            for (int d = 0; d < 3; ++d) {
                step[d] = double(k(r, s, d)) - k(r, s - 1, d);
                chord[d] += step[d];
                steps[d].push_back(std::abs(step[d]));
            }
            path += std::hypot(step[0], step[1], step[2]);
        }
        chords += std::hypot(chord[0], chord[1], chord[2]);
    }
    Vector3 scale{1, 1, 1};
    if (steps[0].empty() || chords < 0.98 * path) return scale;
    for (int d = 0; d < 3; ++d) {
        auto const most = steps[d].begin() + static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(steps[d].size() - 1));
        std::nth_element(steps[d].begin(), most, steps[d].end());
        if (*most > 1e-3) scale[2 - d] = std::clamp(1 / *most, 1.0, largest);
    }
    return scale;
}

/// The samples near the centre of k-space, with the trajectory for a field of view `enlarged` times (z, y, x) as large.
struct Centre {
    Matrix matrix;
    Tensor<real> trajectory;
    Tensor<complex> kspace;
};

Centre centre_of_kspace(Context const& context, Matrix const& matrix, Acquisition const& scan, Vector3 const& enlarged) {
    auto const k = scan.trajectory.flat();
    auto const y = scan.kspace.reshape({scan.coils(), scan.readouts() * scan.samples()}).view<2>();
    Centre centre;
    double limit[3]; // cycles per field of view along x, y, z
    for (int d = 0; d < 3; ++d) {
        double const nominal = enlarged[d] * static_cast<double>(matrix[d]);
        centre.matrix[d] = matrix[d] == 1 ? 1 : std::clamp<index_t>(2 * std::llround(nominal / 2), 2, kCells);
        limit[2 - d] = matrix[d] == 1 ? INFINITY : 0.5 * static_cast<double>(centre.matrix[d]) / enlarged[d];
    }
    std::vector<index_t> inside;
    std::vector<real> trajectory;
    for (index_t i = 0; i < y.shape[1]; ++i) {
        if (!(std::abs(k[3 * i]) < limit[0] && std::abs(k[3 * i + 1]) < limit[1] && std::abs(k[3 * i + 2]) < limit[2])) continue;
        inside.push_back(i);
        for (std::size_t d = 0; d < 3; ++d) trajectory.push_back(static_cast<real>(enlarged[2 - d] * k[3 * i + d]));
    }
    require(!inside.empty(), "field of view: no samples near the centre of k-space");
    std::vector<complex> values;
    for (index_t c = 0; c < scan.coils(); ++c)
        for (index_t const i : inside) values.push_back(y(c, i));
    auto const n = static_cast<index_t>(inside.size());
    centre.trajectory = Tensor<real>::from(context, {n, 3}, trajectory);
    centre.kspace = Tensor<complex>::from(context, {scan.coils(), n}, values);
    return centre;
}

/// Energy of all coils in every voxel.
std::vector<double> energy_of(Context const& context, Centre const& centre) {
    auto const weights = pipe_menon_weights(context, centre.matrix, centre.trajectory, {.iterations = 10});
    enqueue(context.stream(), MultiplyReal{weights.flat(), centre.kspace.view<2>()});
    Tensor<complex> volume(context, {1, centre.matrix[0], centre.matrix[1], centre.matrix[2]});
    Nufft const nufft(context, centre.matrix, centre.trajectory);
    std::vector<double> energy(static_cast<std::size_t>(volume.size()));
    for (index_t c = 0; c < centre.kspace.shape()[0]; ++c) {
        nufft.adjoint(centre.kspace.slice(c, c + 1), volume);
        auto const values = volume.to_host();
        for (std::size_t i = 0; i < energy.size(); ++i) energy[i] += norm2(Complex<double>{values[i].re, values[i].im});
    }
    return energy;
}

double quantile(std::vector<double> values, double part) {
    auto const at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// Sums over planes perpendicular to z, y and x, without the voxels of the background.
std::array<std::vector<double>, 3> project(std::vector<double> const& energy, Matrix const& m) {
    // Ten times the median is beyond noise and streaks. Where the object fills most of the volume the median is not the
    // background's, so it is limited: rather some background within the field of view than an object cut off.
    double const background = std::min(10 * quantile(energy, 0.5), 0.05 * quantile(energy, 0.999));
    std::array<std::vector<double>, 3> sums;
    for (std::size_t d = 0; d < 3; ++d) sums[d].assign(static_cast<std::size_t>(m[d]), 0.0);
    for (std::size_t v = 0; v < energy.size(); ++v) {
        if (energy[v] <= background) continue;
        auto const i = static_cast<index_t>(v);
        sums[0][i / m[2] / m[1]] += energy[v];
        sums[1][i / m[2] % m[1]] += energy[v];
        sums[2][i % m[2]] += energy[v];
    }
    return sums;
}

/// How far from the centre (in voxels) a profile exceeds a part of its peak. Throws Error for a profile without signal.
double half_width(std::vector<double> const& profile, double threshold) {
    double const peak = *std::max_element(profile.begin(), profile.end());
    require(std::isfinite(peak) && peak > 0, "field of view: k-space has no signal near its centre");
    double width = 0;
    for (std::size_t i = 0; i < profile.size(); ++i)
        if (profile[i] > threshold * peak)
            width = std::max(width, std::abs(static_cast<double>(i) - static_cast<double>(profile.size() / 2)) + 0.5);
    return width;
}

} // namespace

Matrix estimate_matrix(Context const& context, Matrix matrix, Acquisition const& scan, FovOptions const& options) {
    require(options.smallest > 0 && options.smallest <= 1 && options.largest >= 1,
        "field of view: {} ... {} times the nominal one, expected a range around 1", options.smallest, options.largest);
    if (scan.kspace.context().rehearses()) return matrix; // nobody knows without the data
    Vector3 const enlarged = visible_scale(scan.trajectory, options.largest);
    auto const centre = centre_of_kspace(context, matrix, scan, enlarged);
    auto const profiles = project(energy_of(context, centre), centre.matrix);
    Matrix found = matrix;
    for (std::size_t d = 0; d < 3; ++d) {
        if (matrix[d] == 1) continue;
        double const part = 2 * half_width(profiles[d], options.threshold) / static_cast<double>(centre.matrix[d]);
        double const scale = std::clamp(part * enlarged[d] + 2 * options.margin, options.smallest, enlarged[d]);
        found[d] = std::max<index_t>(2, 2 * static_cast<index_t>(std::ceil(scale * static_cast<double>(matrix[d]) / 2 - 1e-6)));
    }
    return found;
}

void change_field_of_view(Acquisition& scan, Matrix matrix, Matrix target) {
    require(!scan.maps && !scan.reference, "{}: maps and reference image belong to the file's field of view, which therefore cannot change",
        scan.source);
    auto const trajectory = scan.trajectory.clone();
    if (trajectory.context().rehearses()) return;
    for (index_t i = 0; i < trajectory.size(); ++i) {
        auto const d = static_cast<std::size_t>(2 - i % 3);
        trajectory.data()[i] *= static_cast<real>(static_cast<double>(target[d]) / static_cast<double>(matrix[d]));
    }
    scan.trajectory = trajectory;
    for (std::size_t d = 0; d < 3; ++d) scan.geometry.fov_mm[d] *= static_cast<double>(target[d]) / static_cast<double>(matrix[d]);
    scan.matrix = target;
}

} // namespace tessera
