#include "recon/methods/mbdl.h"
#include "recon/methods/recon_config.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

ModelInfo made_up() {
    ModelInfo info;
    info.model.unrolls = 7;
    info.model.shared_weights = false;
    info.model.network.kind = NetworkKind::unet3d;
    info.model.network.unet3d.levels = 2;
    info.model.data_consistency.lambda = 0.123456789;
    info.memory.patch = {3, 40, 5};
    info.memory.halo = 6;
    info.scan.density.kind = DensityKind::radial;
    info.scan.maps.calibration = 17;
    info.sampling = {2, {0.25, 1.75}};
    return info;
}

Scan scan_of(Matrix const& matrix, index_t points) {
    Scan scan;
    scan.matrix = matrix;
    scan.trajectory = Tensor<real>::zeros(Context(), {points, 3});
    return scan;
}

} // namespace

TEST_CASE("what weights say about themselves is read back as it was written", "[model-file]") {
    TemporaryFolder const folder;
    auto const info = made_up();
    write_safetensors(folder / "a.safetensors", {{"x", Tensor<real>::zeros(Context(), {1})}}, info.metadata());
    auto const found = ModelInfo::of(Safetensors(folder / "a.safetensors"));
    CHECK(found.metadata() == info.metadata());
    CHECK(found.model.unrolls == 7);
    CHECK_FALSE(found.model.shared_weights);
    CHECK(found.model.network.kind == NetworkKind::unet3d);
    CHECK(found.model.data_consistency.lambda == 0.123456789);
    CHECK(found.memory.patch == Matrix{3, 40, 5});
    CHECK(found.memory.halo == 6);
    CHECK(found.scan.density.kind == DensityKind::radial);
    CHECK(found.sampling.dimensions == 2);
    CHECK(found.sampling.samples_per_voxel == std::array<double, 2>{0.25, 1.75});
}

TEST_CASE("weights of other programs, versions and scales are refused", "[model-file]") {
    TemporaryFolder const folder;
    auto const refusal = [&](char const* key, std::string const& value) {
        auto metadata = made_up().metadata();
        metadata[key] = value;
        write_safetensors(folder / "a.safetensors", {{"x", Tensor<real>::zeros(Context(), {1})}}, metadata);
        return message_of([&] { ModelInfo::of(Safetensors(folder / "a.safetensors")); });
    };
    CHECK_THAT(refusal("format", "pt"), Catch::Contains("not written by tessera-train (format \"pt\")"));
    CHECK_THAT(refusal("format_version", "2"), Catch::Contains("format version \"2\", this program reads version 1"));
    CHECK_THAT(refusal("normalisation", "maximum"), Catch::Contains("divided by \"maximum\", this program divides by \"99th"));
    CHECK_THAT(refusal("model", "{\"unrols\": 3}"), Catch::Contains("a.safetensors, model") && Catch::Contains("unrolls"));
    CHECK_THAT(refusal("sampling", "no JSON"), Catch::Contains("a.safetensors, sampling"));
    CHECK(refusal("tessera_version", "99") == "no error"); // told, not judged
}

TEST_CASE("weights fit scans of their density compensation and dimension", "[model-file]") {
    TemporaryFolder const folder;
    auto info = made_up();
    info.sampling = {3, {0.5, 1}};
    write_safetensors(folder / "a.safetensors", {{"x", Tensor<real>::zeros(Context(), {1})}}, info.metadata());
    Safetensors const file(folder / "a.safetensors");
    ReconConfig config;
    config.density.kind = DensityKind::radial;
    auto const scan = scan_of({4, 4, 4}, 64);
    auto const refusal = [&](Scan const& s) { return message_of([&] { check_fit(file, info, s, config.density, config.mbdl); }); };
    CHECK(refusal(scan) == "no error");
    CHECK(refusal(scan_of({4, 4, 4}, 6400)) == "no error"); // another density of samples is only logged
    CHECK_THAT(refusal(scan_of({1, 8, 8}, 64)), Catch::Contains("trained on 3D scans, this one is 2D"));
    config.mbdl.unrolls = 6;
    CHECK_THAT(refusal(scan), Catch::Contains("weights for each of 7 unrolls, /mbdl/unrolls is 6"));
    config.mbdl.unrolls = 7;
    CHECK(refusal(scan) == "no error");
    info.model.shared_weights = true;
    config.mbdl.unrolls = 20;
    CHECK(refusal(scan) == "no error");
    config.density.kind = DensityKind::pipe;
    CHECK_THAT(refusal(scan), Catch::Contains("other density compensation") && Catch::Contains("radial") && Catch::Contains("pipe"));
}

TEST_CASE("a scan unlike those of the training is told, one sentence for each way", "[model-file]") {
    TemporaryFolder const folder;
    auto info = made_up();
    info.sampling = {3, {0.5, 1}, std::array<index_t, 2>{8, 8}, std::array<index_t, 2>{4, 6}, std::array<double, 2>{0.01, 0.02}};
    write_safetensors(folder / "a.safetensors", {{"x", Tensor<real>::zeros(Context(), {1})}}, info.metadata());
    Safetensors const file(folder / "a.safetensors");
    auto const read = ModelInfo::of(file); // ranges survive the file
    ReconConfig config;
    config.density.kind = DensityKind::radial;
    auto scan = scan_of({4, 4, 4}, 64);
    scan.kspace = Tensor<complex>::zeros(Context(), {8, 64});
    for (complex& v : scan.kspace.host()) v = {1, 0};
    scan.noise_deviation = 0.015;
    auto const unlike = [&] { return check_fit(file, read, scan, config.density, config.mbdl); };
    CHECK(unlike().empty());
    scan.noise_deviation = 0.1;
    REQUIRE(unlike().size() == 1);
    CHECK(unlike()[0] == "weights a.safetensors were trained on scans with noise over signal from 0.01 to 0.02, this one has 0.1");
    scan.kspace = scan.kspace.slice(0, 2);
    CHECK(unlike().size() == 2);
    auto far = scan_of({32, 4, 4}, 64);
    far.kspace = scan.kspace;
    CHECK(check_fit(file, read, far, config.density, config.mbdl).size() == 3); // samples per voxel, longest axis, coils
}
