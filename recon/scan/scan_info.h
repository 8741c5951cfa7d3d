// What is in a scan, and what it will take: for people and for scripts.
#pragma once

#include "core/config/config.h"
#include "recon/acquisition/acquisition.h"
#include "recon/scan/recorded_signals.h"

namespace tessera {

struct ScanInfo {
    std::string file, format;
    index_t coils = 0, readouts = 0, samples = 0;
    Matrix matrix{};
    Vector3 fov_mm{}, voxel_mm{};
    Vector3 largest_frequency{};
    index_t noise_samples = 0;
    std::vector<double> noise_deviation;
    bool weights = false, maps = false, reference = false, vessels = false;
    std::vector<std::string> gating;
    bool timestamps = false;
    double host_gib = 0, device_gib = 0;
    std::vector<std::string> notes, warnings;

    void describe(ConfigVisitor& v) {
        v("file", file, "The file.");
        v("format", format, "The layout that was recognised.");
        v("coils", coils, "Receive coils.");
        v("readouts", readouts, "Readouts.");
        v("samples", samples, "Samples of a readout.");
        v("matrix", matrix, "Voxels along z, y, x.");
        v("fov_mm", fov_mm, "Field of view along z, y, x; 0: unknown.");
        v("voxel_mm", voxel_mm, "Size of a voxel along z, y, x; 0: unknown.");
        v("largest_frequency", largest_frequency, "Largest |k| along z, y, x in cycles per field of view.");
        v("noise_samples", noise_samples, "Noise samples of a coil.");
        v("noise_deviation", noise_deviation, "Of each coil's complex noise samples: root of E |n|^2.");
        v("weights", weights, "Whether there is a density compensation.");
        v("maps", maps, "Whether there are sensitivity maps.");
        v("reference", reference, "Whether there is a true image.");
        v("vessels", vessels, "Whether there is a vessel tree.");
        v("gating", gating, "Signals recorded for gating.");
        v("timestamps", timestamps, "Whether readouts have a time.");
        v("host_gib", host_gib, "Memory of the arrays as read.");
        v("device_gib", device_gib, "Memory that iterative SENSE takes with all coils.");
        v("notes", notes, "What was decided while reading.");
        v("warnings", warnings, "What is unusual and may be a mistake.");
    }
};

/// Facts of a scan as read. The memory of the device is that of the prepared scan with maps in the precision of this build, four
/// volumes of CG, the gridded image, and the Toeplitz operator on two coils (docs/architecture.md).
ScanInfo scan_info(Acquisition const& acquisition, RecordedSignals const& signals);

/// A few lines for the terminal.
std::string text_of(ScanInfo const& info);

} // namespace tessera
