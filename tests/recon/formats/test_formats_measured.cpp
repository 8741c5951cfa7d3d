// Every measured scan reads, and scans that came in two formats read alike.
#include "recon/formats/read.h"
#include "tests/support/catch.h"
#include "tests/support/data.h"
#include "tests/support/devices.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

namespace {

std::optional<Acquisition> read_shared(std::string const& name, ReadOptions const& options = {}) {
    // one of the two files of a .cfl/.hdr pair stands for both
    bool const pair = std::filesystem::path(name).extension().empty();
    auto const found = shared_data(pair ? name + ".hdr" : name);
    if (!found) {
        WARN("skipped: no " + name);
        return {};
    }
    return read_acquisition(*found, options);
}

double largest_difference(Tensor<real> const& a, Tensor<real> const& b) {
    REQUIRE(a.shape().str() == b.shape().str());
    double largest = 0;
    for (index_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(double(a.data()[i]) - b.data()[i]));
    return largest;
}

} // namespace

TEST_CASE("the UTE phantom reads alike from MRI_Raw.h5 and from ISMRMRD", "[formats]") {
    auto const raw = read_shared("ute_phantom_2ch/MRI_Raw.h5"), mrd = read_shared("ute_phantom_2ch/ute_phantom.mrd");
    if (!raw || !mrd) return;
    CHECK(raw->format == "mri_raw");
    CHECK(mrd->format == "ismrmrd");
    CHECK(raw->kspace.shape().str() == "[2, 4600, 64]");
    CHECK(relative_error(mrd->kspace.host(), raw->kspace.host()) == 0);
    CHECK(largest_difference(mrd->trajectory, raw->trajectory) < 1e-4);
    REQUIRE(raw->noise);
    REQUIRE(mrd->noise);
    CHECK(mrd->noise->shape().str() == "[2, 19968]");
    CHECK(relative_error(mrd->noise->host(), raw->noise->host()) == 0);
    REQUIRE(raw->weights);
    CHECK_FALSE(mrd->weights);
    CHECK(raw->matrix == Matrix{0, 0, 0});
    CHECK(mrd->matrix == Matrix{80, 80, 80});
    CHECK(raw->geometry.fov_mm == Vector3{500, 400, 400});
    CHECK(mrd->geometry.fov_mm == Vector3{500, 400, 400});
    CHECK(std::count(mrd->notes.begin(), mrd->notes.end(), "detected trajectory units: cycles_per_voxel") == 1);
    CHECK(raw->kspace.data()[5 * 64].re == Approx(6373.2725)); // coil 0, readout 5
    CHECK(raw->trajectory.data()[3 * (5 * 64 + 63)] == Approx(-35.805756));
}

TEST_CASE("the lung scans read from BART and MRI_Raw.h5", "[formats]") {
    auto const gas = read_shared("xenon_cpir_1ch/gas_ksp"), dissolved = read_shared("xenon_cpir_1ch/dissolved_MRI_Raw.h5");
    if (!gas || !dissolved) return;
    CHECK(gas->format == "bart");
    CHECK(gas->kspace.shape().str() == "[1, 950, 58]");
    CHECK(dissolved->kspace.shape().str() == "[1, 950, 58]");
    CHECK(largest_frequencies(gas->trajectory)[2] == Approx(30.360422));
    CHECK(smallest_matrix(gas->trajectory) == Matrix{62, 62, 62});
    CHECK(largest_difference(gas->trajectory, dissolved->trajectory) < 1e-4);
    CHECK_FALSE(gas->weights);
}

TEST_CASE("the ISMRMRD lung scan reads", "[formats]") {
    auto const duke = read_shared("xenon_duke_1ch/duke_radial.mrd");
    if (!duke) return;
    CHECK(duke->kspace.shape().str() == "[1, 4601, 45]");
    CHECK(duke->matrix == Matrix{64, 64, 64});
    CHECK(largest_frequencies(duke->trajectory)[2] == Approx(64 * 0.49877933));
    for (index_t i = 0; i < 3 * 5; ++i) CHECK(duke->trajectory.data()[i] == 0); // the first samples lie at k = 0
}

TEST_CASE("the 2D spiral reads alike from BART and through a map of names", "[formats]") {
    ReadOptions options;
    options.datasets = {{"kspace", "kdata"}, {"trajectory", "coord"}, {"weights", "dcf"}};
    auto const bart = read_shared("spiral_phantom_8ch_2d/spiral_ksp"),
               plain = read_shared("spiral_phantom_8ch_2d/spiral_phantom.h5", options);
    if (!bart || !plain) return;
    CHECK(bart->kspace.shape().str() == "[8, 60, 1182]");
    CHECK(relative_error(plain->kspace.host(), bart->kspace.host()) == 0);
    CHECK(largest_difference(plain->trajectory, bart->trajectory) < 1e-4);
    REQUIRE(bart->weights);
    REQUIRE(plain->weights);
    CHECK(largest_difference(*plain->weights, *bart->weights) < 1e-6);
    CHECK(plain->matrix == Matrix{1, 260, 260});
    CHECK(smallest_matrix(bart->trajectory) == Matrix{1, 260, 260});
}
