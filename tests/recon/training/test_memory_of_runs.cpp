// What whole runs take of the device, by the allocator's counts.
#include "recon/training/trainer.h"

#include "recon/formats/write.h"
#include "tests/support/recon_scan.h"
#include "tests/support/temporary_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

TrainingConfig training(std::vector<std::filesystem::path> const& files) {
    TrainingConfig config;
    config.data.train = files;
    config.data.scan.maps.source = MapsSource::file;
    config.data.scan.density.kind = DensityKind::radial;
    config.model.unrolls = 2;
    config.model.network.resnet3d = {.channels = 2, .blocks = 1, .convolutions = 1};
    config.model.data_consistency.iterations = 2;
    config.model.data_consistency.backward_iterations = 2;
    config.memory.patch = {8, 8, 8};
    config.memory.checkpoints = CheckpointPlace::host;
    return config;
}

std::filesystem::path scan_of(TemporaryFolder const& folder, Matrix const& matrix) {
    auto const file = folder / fmt::format("scan{}.h5", matrix[0]);
    write_acquisition(file, small_scan(matrix, 3, 3));
    return file;
}

std::vector<std::size_t> peaks(Context const& context, TrainingConfig const& config, int steps) {
    Trainer trainer(context, config);
    std::vector<std::size_t> all;
    for (int i = 0; i < steps; ++i) all.push_back(trainer.step().peak_bytes);
    return all;
}

} // namespace

TEST_CASE("a step takes as much of the device with 20 unrolls as with 5", "[training][memory]") {
    TemporaryFolder const folder;
    auto config = training({scan_of(folder, {14, 16, 18})});
    for (std::string const kind : {"cg", "gradient"}) {
        config.model.data_consistency.kind = kind;
        std::vector<double> found;
        for (index_t const unrolls : {5, 20}) {
            config.model.unrolls = unrolls;
            Context const context;
            found.push_back(static_cast<double>(peaks(context, config, 1).front()));
            // the host has a volume for each unroll, x_0 and b, once for all steps
            CHECK(context.host().allocator().use().live < static_cast<std::size_t>(unrolls + 3) * 14 * 16 * 18 * sizeof(complex));
        }
        CHECK(found[1] == Approx(found[0]).epsilon(0.02));
    }
}

TEST_CASE("volumes of three sizes in turn, twice, take as much of the device as the largest", "[training][memory]") {
    TemporaryFolder const folder;
    std::vector<std::filesystem::path> files;
    for (Matrix const matrix : {Matrix{8, 10, 12}, Matrix{14, 16, 18}, Matrix{10, 12, 12}}) files.push_back(scan_of(folder, matrix));
    auto const each_step_alike = [](std::vector<std::filesystem::path> const& of) {
        auto config = training(of);
        config.data.keep_operators = KeptOperators::nothing; // else a scan's first step takes more than its others
        return config;
    };
    std::size_t largest = 0;
    for (auto const& file : files) largest = std::max(largest, peaks(Context(), each_step_alike({file}), 1).front());

    Context const context;
    auto const all = peaks(context, each_step_alike(files), 6);
    CHECK(*std::max_element(all.begin(), all.end()) == largest);
    CHECK(std::count(all.begin(), all.end(), largest) == 2);
}
