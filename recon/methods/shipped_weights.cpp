#include "recon/methods/shipped_weights.h"

#include "core/terminal/log.h"
#include "recon/unrolled/model_file.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace fs = std::filesystem;
namespace {

// Of an installed program, else of the source tree that it was built from.
fs::path shipped_folder() {
    std::error_code error;
    auto const program = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
        auto const installed = program.parent_path().parent_path() / "share/tessera/weights";
        if (fs::is_directory(installed, error)) return installed;
    }
    return TESSERA_WEIGHTS_FOLDER;
}

// Factor between x and the nearest number of the range, 1 inside; as a logarithm.
double outside(double x, std::array<double, 2> const& range) {
    if (range[0] <= 0 || x <= 0) return 0;
    return std::max({0.0, std::log(range[0] / x), std::log(x / range[1])});
}

} // namespace

fs::path weights_for(Scan const& scan, DensityConfig const& density, fs::path const& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (auto const& entry : fs::directory_iterator(folder, error))
        if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
    require(!files.empty(), "mbdl: no weights come with this program ({} has none); /mbdl/weights must name a file", folder.string());
    std::sort(files.begin(), files.end());

    double const voxels = static_cast<double>(scan.matrix[0] * scan.matrix[1] * scan.matrix[2]);
    double const samples = static_cast<double>(scan.trajectory.shape()[0]) / voxels;
    index_t const dimensions = scan.matrix[0] == 1 ? 2 : 3;
    fs::path best;
    double least = std::numeric_limits<double>::infinity();
    for (auto const& file : files) {
        auto const info = ModelInfo::of(Safetensors(file));
        if (info.sampling.dimensions != dimensions || info.scan.density.kind != density.kind) continue;
        double const distance = outside(samples, info.sampling.samples_per_voxel);
        if (distance < least) best = file, least = distance;
    }
    require(!best.empty(),
        "mbdl: none of the {} files of weights in {} was trained on {}D scans with the density compensation of /density; /mbdl/weights must name "
        "a file",
        files.size(), folder.string(), dimensions);
    log_info("mbdl: weights that come with the program, {} ({} to choose from)", best.string(), files.size());
    return best;
}

fs::path shipped_weights(Scan const& scan, DensityConfig const& density) { return weights_for(scan, density, shipped_folder()); }

} // namespace tessera
