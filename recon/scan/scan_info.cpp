#include "recon/scan/scan_info.h"

#include "recon/formats/units.h"

#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>

namespace tessera {
namespace {

constexpr double kGib = 1 << 30;

template <class T> double bytes(std::optional<Tensor<T>> const& t) { return t ? static_cast<double>(t->bytes()) : 0; }

std::vector<double> deviations(Tensor<complex> const& noise) {
    std::vector<double> all;
    index_t const n = noise.shape()[1];
    for (index_t c = 0; c < noise.shape()[0]; ++c) {
        double sum = 0;
        for (index_t i = 0; i < n; ++i) sum += norm2(Complex<double>{noise.data()[c * n + i].re, noise.data()[c * n + i].im});
        all.push_back(std::sqrt(sum / static_cast<double>(n)));
    }
    return all;
}

double device_bytes(Acquisition const& a, Matrix const& matrix) {
    double const points = static_cast<double>(a.readouts() * a.samples()), coils = static_cast<double>(a.coils());
    double const volume =
        static_cast<double>(matrix[0]) * static_cast<double>(matrix[1]) * static_cast<double>(matrix[2]) * sizeof(complex);
    double const scan = points * (coils * sizeof(complex) + 4 * sizeof(real)) + coils * volume;
    double const toeplitz = 2 * (1 + 4) + 4; // of two coils a volume and its doubled grid, and the spectrum
    return scan + (4 + 1 + toeplitz) * volume;
}

std::string triple(Vector3 const& v, char const* format) {
    return fmt::format("{} x {} x {}", fmt::format(fmt::runtime(format), v[0]), fmt::format(fmt::runtime(format), v[1]),
        fmt::format(fmt::runtime(format), v[2]));
}

} // namespace

ScanInfo scan_info(Acquisition const& a, RecordedSignals const& signals) {
    ScanInfo info;
    info.file = a.source;
    info.format = a.format;
    info.coils = a.coils();
    info.readouts = a.readouts();
    info.samples = a.samples();
    info.matrix = a.matrix == Matrix{0, 0, 0} ? smallest_matrix(a.trajectory) : a.matrix;
    info.fov_mm = a.geometry.fov_mm;
    for (std::size_t d = 0; d < 3; ++d) info.voxel_mm[d] = info.fov_mm[d] / static_cast<double>(info.matrix[d]);
    Vector3 const xyz = largest_frequencies(a.trajectory);
    info.largest_frequency = {xyz[2], xyz[1], xyz[0]};
    if (a.noise && a.noise->size() > 0) {
        info.noise_samples = a.noise->shape()[1];
        info.noise_deviation = deviations(*a.noise);
    }
    info.weights = a.weights.has_value();
    info.maps = a.maps.has_value();
    info.reference = a.reference.has_value();
    info.vessels = !a.vessels.empty();
    info.gating = signals.gating;
    info.timestamps = signals.timestamps;
    double const host = static_cast<double>(a.kspace.bytes() + a.trajectory.bytes());
    info.host_gib = (host + bytes(a.weights) + bytes(a.noise) + bytes(a.maps) + bytes(a.reference)) / kGib;
    info.device_gib = device_bytes(a, info.matrix) / kGib;
    info.notes = a.notes;
    info.warnings = a.warnings;
    return info;
}

std::string text_of(ScanInfo const& i) {
    auto const yes = [](bool b) { return b ? "yes" : "no"; };
    bool const fov = i.fov_mm[0] > 0 || i.fov_mm[1] > 0 || i.fov_mm[2] > 0;
    std::string noise = "no samples";
    if (i.noise_samples > 0) {
        auto const [least, most] = std::minmax_element(i.noise_deviation.begin(), i.noise_deviation.end());
        noise = fmt::format("{} samples a coil, deviation {:.3g} to {:.3g}", i.noise_samples, *least, *most);
    }
    std::string text = fmt::format("{}: {}\n", i.file, i.format);
    auto const line = [&](char const* name, std::string const& value) { text += fmt::format("  {:<14} {}\n", name, value); };
    line("k-space", fmt::format("{} coils, {} readouts of {} samples", i.coils, i.readouts, i.samples));
    line("trajectory", fmt::format("up to {} cycles per field of view (z, y, x)", triple(i.largest_frequency, "{:.4g}")));
    line("matrix", fmt::format("{} x {} x {} (z, y, x)", i.matrix[0], i.matrix[1], i.matrix[2]));
    line("field of view",
        fov ? fmt::format("{} mm, voxels of {} mm", triple(i.fov_mm, "{:.4g}"), triple(i.voxel_mm, "{:.4g}")) : "unknown");
    line("noise", noise);
    line("weights", yes(i.weights));
    line("maps", yes(i.maps));
    line("reference", fmt::format("{}{}", yes(i.reference), i.vessels ? ", with its vessel tree" : ""));
    line("gating", i.gating.empty() ? "no" : fmt::format("{}", fmt::join(i.gating, ", ")));
    line("timestamps", yes(i.timestamps));
    line("memory", fmt::format("{:.3g} GiB as read, about {:.3g} GiB on the device for iterative SENSE", i.host_gib, i.device_gib));
    for (auto const& note : i.notes) line("note", note);
    for (auto const& warning : i.warnings) line("warning", warning);
    return text;
}

} // namespace tessera
