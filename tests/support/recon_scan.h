// Small simulated scans in files, and what tessera-recon makes of them.
#pragma once

#include "core/files/hdf5.h"
#include "core/files/hdf5_writer.h"
#include "recon/formats/write.h"
#include "recon/simulation/simulate.h"
#include "tests/support/devices.h"
#include "tests/support/run_program.h"

#include <regex>

namespace tessera::test {

/// A noisy koosh ball of a thorax (2D: radial): every spoke that Nyquist's criterion asks for, divided by `undersampling`.
inline Acquisition small_scan(Matrix matrix = {16, 18, 20}, index_t coils = 4, double undersampling = 1, std::uint64_t seed = 1,
    double snr = 100) {
    SimulationConfig config;
    config.seed = seed;
    config.matrix = matrix;
    config.coils.coils = coils;
    config.snr = snr;
    if (matrix[0] == 1) config.trajectory.kind = TrajectoryKind::radial_2d;
    config.trajectory.undersampling = undersampling;
    config.trajectory.readout_oversampling = 2;
    config.noise_samples = 512;
    return simulate(Context(), config);
}

/// k-space and trajectory of a scan as they are, right or wrong.
inline void write_unchecked(std::filesystem::path const& path, Acquisition const& a) {
    hdf5::Writer file(path);
    file.dataset("kspace", a.kspace);
    file.dataset("trajectory", a.trajectory);
    if (a.maps) file.dataset("maps", *a.maps);
    file.attribute("/", "trajectory_units", "cycles_per_fov");
    std::array<std::int64_t, 3> const matrix{a.matrix[0], a.matrix[1], a.matrix[2]};
    file.attribute("/", "matrix", std::span<std::int64_t const>(matrix));
    file.commit();
}

/// Writes {"input": ..., "output": ..., "method": ...} to <output>.json and runs the program with it.
inline ProgramResult recon(std::filesystem::path const& input, std::filesystem::path const& output, std::string const& method,
    std::string const& more = "", std::string const& before = "") {
    std::filesystem::path const config = output.string() + ".json";
    std::ofstream(config) << fmt::format(R"({{"input": "{}", "output": "{}", "method": "{}"}})", input.string(), output.string(), method);
    return run_program("tessera-recon", config.string() + " " + more, before);
}

inline std::vector<complex> image_of(std::filesystem::path const& output) {
    return hdf5::File(output / "volume.h5").read<complex>("image");
}

/// The error that the program prints; 1 where it prints none.
inline double printed_nrmse(std::string const& output) {
    std::smatch found;
    return std::regex_search(output, found, std::regex("NRMSE ([0-9.]+)")) ? std::stod(found[1]) : 1;
}

} // namespace tessera::test
