// The configuration of a simulated scan.
#pragma once

#include "recon/delays/delays.h"
#include "recon/simulation/breathing_config.h"
#include "recon/simulation/coil_field.h"
#include "recon/simulation/trajectories.h"

namespace tessera {

enum class Anatomy { thorax, structures, ellipsoids, file };
constexpr std::array<std::string_view, 4> config_names(Anatomy) { return {"thorax", "structures", "ellipsoids", "file"}; }

/// How k-space is computed: never on the path of a reconstruction.
enum class KspacePath {
    fine_grid, ///< from a volume on a finer grid, by a transform of high accuracy
    analytic   ///< in closed form
};
constexpr std::array<std::string_view, 2> config_names(KspacePath) { return {"fine_grid", "analytic"}; }

struct SimulationConfig {
    std::uint64_t seed = 1;
    Anatomy anatomy = Anatomy::thorax;
    std::filesystem::path file;
    std::string dataset;
    std::optional<Matrix> matrix;
    std::optional<PerAxis> fov_mm;
    double phase = 1;
    KspacePath kspace = KspacePath::fine_grid;
    index_t supersample = 2;
    index_t coils_per_pass = 2;
    CoilArrayConfig coils;
    TrajectoryConfig trajectory;
    std::optional<double> snr;
    index_t noise_samples = 4096;
    bool maps = true;
    BreathingConfig breathing;
    Delays delays;
    double phase_drift = 0;

    void describe(ConfigVisitor& v) {
        v("seed", seed, "Fixes anatomy, phase and noise.");
        v("anatomy", anatomy,
            "What is imaged: a random thorax, a random scene of structures, ellipsoids like those of Shepp and Logan, or a "
            "volume from `file`.");
        v("file", file, "A volume: NIfTI, or HDF5 with `dataset`.");
        v("dataset", dataset, "The dataset [z, y, x] of an HDF5 volume, real or complex.");
        v("matrix", matrix, "Voxels along z, y, x (2D: 1 in z); null is that of the file, else 96 x 96 x 96.",
            {.min = 1, .max = kLongestAxis});
        v("fov_mm", fov_mm, "Field of view along z, y, x; null is that of the file, else 400 mm.", {.above = 0});
        v("phase", phase, "Strength of the smooth phase of the object, in radians.", {.min = 0});
        v("kspace", kspace, "Path to k-space: by a finer grid, or in closed form (ellipsoids, one coil, no phase).");
        v("supersample", supersample, "Voxels of the finer grid per voxel of the matrix, along each axis.", {.min = 1, .max = 16});
        v("coils_per_pass", coils_per_pass, "Coils transformed at once; bounds the memory.", {.min = 1, .max = 1024});
        v("coils", coils, "The receive coils.");
        v("trajectory", trajectory, "Where k-space is sampled.");
        v("snr", snr,
            "Signal of 1 (blood; the maximum of a file) over the deviation of the complex noise in a fully sampled image "
            "from one coil of unit sensitivity; null is without noise.",
            {.above = 0});
        v("noise_samples", noise_samples, "Length of the noise prescan.", {.min = 0, .max = 1 << 24});
        v("maps", maps, "Stores the sensitivity maps with the acquisition.");
        v("breathing", breathing, "Free breathing during the acquisition.");
        v("phase_drift", phase_drift, "Radians of phase that readouts gain from the first to the last: off-resonance that drifts.",
            {.min = -1000, .max = 1000});
        v("delays", delays, "What the gradients do that the trajectory in the file does not say.");
    }
};

} // namespace tessera
