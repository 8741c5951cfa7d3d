// Memory that runs out in the middle of a step.
#include "recon/training/trainer.h"

#include "core/terminal/log.h"
#include "recon/formats/write.h"
#include "tests/support/recon_scan.h"
#include "tests/support/temporary_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

TrainingConfig tiny_training(std::filesystem::path const& file) {
    TrainingConfig config;
    config.data.train = {file};
    config.data.scan.maps.source = MapsSource::file;
    config.data.scan.density.kind = DensityKind::radial;
    config.data.scan.nufft.coils_per_pass = 2;
    config.model.unrolls = 2;
    config.model.network.resnet3d = {.channels = 2, .blocks = 1, .convolutions = 1};
    config.model.data_consistency.iterations = 2;
    config.model.data_consistency.backward_iterations = 2;
    config.memory.patch = {6, 16, 16};
    config.memory.checkpoints = CheckpointPlace::host;
    return config;
}

std::vector<real> gradient_of(Trainer const& trainer) {
    std::vector<real> all;
    for (auto const& p : trainer.parameters().all())
        for (real const g : p.gradient.to_host()) all.push_back(g);
    return all;
}

double relative_difference(std::vector<real> const& a, std::vector<real> const& b) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(double(a[i]) - double(b[i]), 2);
        size += std::pow(double(b[i]), 2);
    }
    return std::sqrt(difference / size);
}

/// Whether the failure that was to come at the n-th allocation still waits.
bool still_waits(Context const& context, std::size_t n) {
    try {
        for (std::size_t i = 0; i < n; ++i) Tensor<real>(context, {1});
    } catch (OutOfMemory const&) {
        return true;
    }
    return false;
}

} // namespace

TEST_CASE("memory that runs out at any allocation of a step leaves the same gradient and no byte behind", "[training][memory]") {
    TemporaryFolder const folder;
    auto const file = folder / "scan.h5";
    write_acquisition(file, small_scan({6, 8, 8}, 2, 4));
    auto const config = tiny_training(file);
    Context const undisturbed;
    Trainer reference(undisturbed, config);
    reference.step();
    auto const expected = gradient_of(reference);
    LogPause const silent;

    for (bool const on_host : {false, true}) {
        std::size_t n = 0;
        for (bool reached = true; reached;) {
            ++n;
            Context const context;
            Trainer trainer(context, config);
            auto const place = on_host ? context.host() : context;
            std::size_t const before = context.allocator().use().live;
            place.allocator().fail_at(n);
            trainer.step();
            reached = !still_waits(place, n);
            place.allocator().fail_at(0);
            INFO("allocation " << n << (on_host ? " of the host" : ""));
            CHECK(relative_difference(gradient_of(trainer), expected) < (sizeof(real) == 4 ? 1e-3 : 1e-10));
            CHECK(context.allocator().use().live == before);
            CHECK(trainer.step_number() == 1);
        }
        CHECK(n > (on_host ? 3u : 100u));
    }
}

TEST_CASE("a step that cannot take less memory ends with a sentence and can be done again", "[training][memory]") {
    TemporaryFolder const folder;
    auto const file = folder / "scan.h5";
    write_acquisition(file, small_scan({6, 8, 8}, 2, 4));
    auto config = tiny_training(file);
    config.memory.patch = {4, 8, 8};
    config.data.scan.nufft.coils_per_pass = 1;
    Context const context;
    Trainer trainer(context, config);
    trainer.step();
    Context const other;
    Trainer again(other, config);
    std::size_t const before = other.allocator().use().live;
    for (std::size_t const n : {1u, 7u, 40u, 90u}) {
        other.allocator().fail_at(n);
        CHECK_THROWS_AS(again.step(), OutOfMemory);
        CHECK(other.allocator().use().live == before);
        CHECK(again.step_number() == 0);
    }
    again.step();
    CHECK(relative_difference(gradient_of(again), gradient_of(trainer)) == 0);
}
