// Every measured scan reconstructs, and scans that came in two formats give the same image.
#include "recon/formats/read.h"
#include "recon/methods/methods.h"
#include "recon/methods/recon_config.h"
#include "recon/metrics/metrics.h"
#include "tests/support/catch.h"
#include "tests/support/data.h"
#include "tests/support/devices.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

namespace {

/// Root sum of squares of the gridded coils; nothing where the data is absent.
std::optional<Tensor<complex>> gridded(std::string const& name, DensityKind density, ReadOptions const& options = {}) {
    bool const pair = std::filesystem::path(name).extension().empty(); // one of a .cfl/.hdr pair stands for both
    if (!shared_data(pair ? name + ".hdr" : name)) {
        WARN("skipped: no " + name);
        return {};
    }
    std::filesystem::path path = *shared_data(pair ? name + ".hdr" : name);
    if (pair) path.replace_extension();
    ReconConfig config;
    config.method = Method::gridding;
    config.density.kind = density;
    config.nufft.accuracy = 1e-2;
    Context const cpu;
    return Reconstructor(prepare_scan(cpu, read_acquisition(path, options), config, config.needs_maps()), config)(config);
}

/// The part of the energy in voxels brighter than a fifth of the 99.9th percentile, over the part of the volume that they are.
/// 1.3 for an image of noise; larger where the signal is in an object.
double concentration(Tensor<complex> const& image) {
    auto const size = magnitude(image);
    std::vector<real> sorted(size.host().begin(), size.host().end());
    std::sort(sorted.begin(), sorted.end());
    double const threshold = 0.2 * sorted[sorted.size() * 999 / 1000];
    double energy = 0, bright = 0, count = 0;
    for (real const v : sorted) {
        energy += double(v) * v;
        if (v > threshold) bright += double(v) * v, ++count;
    }
    return bright / energy / (count / static_cast<double>(sorted.size()));
}

double difference(Tensor<complex> const& a, Tensor<complex> const& b) { return nrmse(magnitude(a), magnitude(b)); }

} // namespace

TEST_CASE("the UTE phantom gives one image from MRI_Raw.h5 and from ISMRMRD", "[measured]") {
    ReadOptions options;
    options.matrix = {80, 80, 80}; // the layout of UW-Madison does not say
    auto const raw = gridded("ute_phantom_2ch/MRI_Raw.h5", DensityKind::radial, options),
               mrd = gridded("ute_phantom_2ch/ute_phantom.mrd", DensityKind::radial);
    if (!raw || !mrd) return;
    CHECK(raw->shape().str() == "[80, 80, 80]");
    CHECK(difference(*raw, *mrd) < 1e-3);
    CAPTURE(concentration(*raw));
    CHECK(concentration(*raw) > 5);
}

TEST_CASE("the lung scans show lungs", "[measured]") {
    ReadOptions options;
    options.matrix = {64, 64, 64};
    std::string const name = GENERATE("xenon_cpir_1ch/gas_ksp", "xenon_cpir_1ch/dissolved_MRI_Raw.h5", "xenon_duke_1ch/duke_radial.mrd");
    auto const image = gridded(name, DensityKind::radial, options);
    if (!image) return;
    CAPTURE(name, concentration(*image));
    CHECK(concentration(*image) > 2);
}

TEST_CASE("the 2D spiral gives one image from BART and through a map of names, and iterative weights agree with measured ones",
    "[measured]") {
    ReadOptions options;
    options.datasets = {{"kspace", "kdata"}, {"trajectory", "coord"}, {"weights", "dcf"}};
    auto const bart = gridded("spiral_phantom_8ch_2d/spiral_ksp", DensityKind::file),
               plain = gridded("spiral_phantom_8ch_2d/spiral_phantom.h5", DensityKind::file, options);
    if (!bart || !plain) return;
    CHECK(bart->shape().str() == "[1, 260, 260]");
    CHECK(difference(*bart, *plain) < 1e-3);
    CAPTURE(concentration(*bart));
    CHECK(concentration(*bart) > 2);
    auto const computed = gridded("spiral_phantom_8ch_2d/spiral_ksp", DensityKind::pipe);
    CHECK(difference(*computed, *bart) < 0.1);
}
