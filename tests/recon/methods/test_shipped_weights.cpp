// Which of the weights that come with the program are taken.
#include "recon/methods/shipped_weights.h"
#include "recon/unrolled/model_file.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

Scan scan_of(Matrix const& matrix, double samples_per_voxel, index_t coils = 4) {
    Scan scan;
    scan.matrix = matrix;
    auto const points = static_cast<index_t>(samples_per_voxel * static_cast<double>(matrix[0] * matrix[1] * matrix[2]));
    scan.trajectory = Tensor<real>::zeros(Context(), {points, 3});
    scan.kspace = Tensor<complex>::zeros(Context(), {coils, points});
    return scan;
}

void write(std::filesystem::path const& file, SamplingConfig const& sampling, DensityKind density = DensityConfig{}.kind) {
    ModelInfo info;
    info.sampling = sampling;
    info.scan.density.kind = density;
    write_safetensors(file, {{"x", Tensor<real>::zeros(Context(), {1})}}, info.metadata());
}

} // namespace

TEST_CASE("the weights whose training is nearest are taken", "[shipped-weights]") {
    TemporaryFolder const folder;
    write(folder / "sparse.safetensors", {.dimensions = 3, .samples_per_voxel = {0.1, 0.5}});
    write(folder / "dense.safetensors", {.dimensions = 3, .samples_per_voxel = {0.5, 4}});
    write(folder / "other_density.safetensors", {.dimensions = 3, .samples_per_voxel = {0.01, 100}}, DensityKind::radial);
    auto const chosen = [&](double samples) { return weights_for(scan_of({8, 8, 8}, samples), {}, folder.path()).filename().string(); };
    CHECK(chosen(0.3) == "sparse.safetensors");
    CHECK(chosen(0.05) == "sparse.safetensors");
    CHECK(chosen(2) == "dense.safetensors");
    CHECK(chosen(9) == "dense.safetensors");
    CHECK(chosen(0.5) == "dense.safetensors"); // the first by name of two that fit alike

    DensityConfig radial;
    radial.kind = DensityKind::radial;
    CHECK(weights_for(scan_of({8, 8, 8}, 1), radial, folder.path()).filename() == "other_density.safetensors");
    CHECK_THAT(message_of([&] {
        weights_for(scan_of({1, 8, 8}, 1), {}, folder.path());
    }),
        Catch::Contains("none of the 3 files") && Catch::Contains("2D scans"));
    CHECK_THAT(message_of([&] {
        weights_for(scan_of({8, 8, 8}, 1), {}, folder / "nothing");
    }),
        Catch::Contains("no weights come with this program"));
}
