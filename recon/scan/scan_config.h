// How a k-space file is read and prepared: the part that reconstruction, training and comparison share.
#pragma once

#include "core/config/config.h"
#include "core/device/scratch_memory.h"
#include "recon/delays/delays_config.h"
#include "recon/formats/read.h"
#include "recon/motion/gating_config.h"
#include "recon/nufft/density.h"
#include "recon/nufft/nufft.h"

#include <filesystem>

namespace tessera {

enum class MapsSource { jsense, file };
constexpr std::array<std::string_view, 2> config_names(MapsSource) { return {"jsense", "file"}; }

/// How maps are kept: on a coarse grid where that is exact enough, or whole.
enum class MapsResolution { automatic, full };
constexpr std::array<std::string_view, 2> config_names(MapsResolution) { return {"auto", "full"}; }

enum class FieldOfView { file, automatic };
constexpr std::array<std::string_view, 2> config_names(FieldOfView) { return {"file", "auto"}; }

struct CoilsConfig {
    bool prewhiten = true;
    std::optional<index_t> virtual_coils;
    double energy = 1;
    void describe(ConfigVisitor& v) {
        v("prewhiten", prewhiten, "Make the noise of all coils independent and equal, where the file has noise samples.");
        v("virtual_coils", virtual_coils, "Compress to so many virtual coils; null: as many as energy needs.", {.min = 1, .max = 1024});
        v("energy", energy, "Part of the signal energy that virtual coils keep; 1: no compression.", {.above = 0, .max = 1});
    }
};

struct MapsConfig {
    MapsSource source = MapsSource::jsense;
    index_t calibration = 24;
    index_t order = 3;
    index_t iterations = 8;
    double lambda = 1e-3;
    MapsResolution resolution = MapsResolution::automatic;
    double accuracy = 1e-3;
    void describe(ConfigVisitor& v) {
        v("source", source, "Sensitivity maps: jsense estimates them from the data, file takes those of the input.");
        v("calibration", calibration, "jsense: voxels per axis of its low-resolution problem.", {.min = 4, .max = 128});
        v("order", order, "jsense: order of the maps' trigonometric polynomials.", {.min = 1, .max = 16});
        v("iterations", iterations, "jsense: alternations between image and maps.", {.min = 0});
        v("lambda", lambda, "jsense: relative Tikhonov weight.", {.min = 0});
        v("resolution", resolution,
            "auto keeps maps on a coarse grid and interpolates them where they are used, as far as accuracy allows; full "
            "keeps every voxel.");
        v("accuracy", accuracy, "auto: largest relative error of interpolated maps.", {.above = 0, .max = 0.1});
    }
};

/// "auto" and the names of all formats.
inline std::vector<std::string> format_choices() {
    auto names = acquisition_formats();
    names.insert(names.begin(), "auto");
    return names;
}

struct ScanConfig {
    std::string format = "auto";
    std::map<std::string, std::string> datasets;
    std::filesystem::path trajectory, weights;
    TrajectoryUnits trajectory_units = TrajectoryUnits::automatic;
    index_t encoding = 0, slice = 0, contrast = 0, frame = 0;
    std::optional<std::array<index_t, 2>> readouts;
    GatingConfig gating;
    bool phase_drift = false;
    DelaysConfig delays;
    std::optional<Matrix> matrix;
    FieldOfView fov = FieldOfView::file;
    GeometryConfig geometry;
    bool external_files = false, untrusted = false, kspace_on_disk = false;
    std::filesystem::path scratch;
    DensityConfig density;
    CoilsConfig coils;
    MapsConfig maps;
    NufftConfig nufft;

    void describe(ConfigVisitor& v) {
        v("format", format, "Format of the input; auto looks at its content.", {.one_of = format_choices()});
        v("datasets", datasets,
            "HDF5 files of no known layout: where kspace, trajectory, weights, maps, noise, reference and vessels are.");
        v("trajectory", trajectory, "BART: the trajectory; empty looks beside the input.");
        v("weights", weights, "BART: density compensation; empty looks beside the input.");
        v("trajectory_units", trajectory_units, "Units of the trajectory where the file does not say.");
        v("encoding", encoding, "Which of several encodings.", {.min = 0});
        v("slice", slice, "Which slice of 2D multi-slice data.", {.min = 0});
        v("contrast", contrast, "Which contrast or echo (ISMRMRD; BART: of its dimension 5).", {.min = 0});
        v("frame", frame, "Which frame of time or state of breathing (BART: of its dimension 10).", {.min = 0});
        v("readouts", readouts, "First and end of the readouts to use, e.g. [400, 4600]; null: all.", {.min = 0});
        v("gating", gating, "Which readouts of a breathing patient make the image.");
        v("phase_drift", phase_drift, "Takes off the phase that a slowly drifting field puts on readouts, as k = 0 shows it.");
        v("delays", delays, "Gradients that play later than the trajectory says.");
        v("matrix", matrix, "Voxels along z, y, x (2D: 1 in z); null: as the file says or the trajectory spans.",
            {.min = 1, .max = kLongestAxis});
        v("fov", fov, "Field of view: that of the file, or estimated from the data (oversampled readouts).");
        v("geometry", geometry, "Where the volume lies, where the file does not say it or is wrong.");
        v("external_files", external_files, "HDF5: reads values that lie in other files (external links, raw and virtual storage).");
        v("untrusted", untrusted, "Reads the input in a child process with limits of time and memory, for files from elsewhere.");
        v("kspace_on_disk", kspace_on_disk,
            "What is read from the file waits on a disk, in a folder for scratch, and passes through memory as it is used.");
        v("scratch", scratch, "The folder for kspace_on_disk; empty: that of TMPDIR, else /var/tmp.");
        v("density", density, "Density compensation.");
        v("coils", coils, "Noise prewhitening and coil compression.");
        v("maps", maps, "Coil sensitivity maps.");
        v("nufft", nufft, "The non-uniform Fourier transform.");
    }
    /// Where a file's k-space is read to for work in `context`.
    Context raw_data(Context const& context) const {
        return kspace_on_disk ? context.on_disk(scratch.empty() ? default_scratch() : scratch) : context.host();
    }
    ReadOptions read_options() const {
        return {.format = format,
            .trajectory_units = trajectory_units,
            .matrix = matrix.value_or(Matrix{0, 0, 0}),
            .encoding = encoding,
            .slice = slice,
            .contrast = contrast,
            .frame = frame,
            .datasets = datasets,
            .trajectory = trajectory,
            .weights = weights,
            .geometry = geometry,
            .untrusted = untrusted,
            .external_files = external_files};
    }
};

} // namespace tessera
