// Weights whose metadata claim a larger network than the file holds, or the state of a run that is not there.
#include "recon/methods/mbdl.h"
#include "recon/training/trainer.h"
#include "recon/unrolled/model_file.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <sys/resource.h>

using namespace tessera;
using namespace tessera::test;

namespace {

long peak_mib() {
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss / 1024;
}

/// A file of one tensor that says it is the network of `info`.
std::filesystem::path written(TemporaryFolder const& folder, ModelInfo const& info, Metadata const& more = {}) {
    auto metadata = info.metadata();
    for (auto const& [key, value] : more) metadata[key] = value;
    write_safetensors(folder / "a.safetensors", {{"x", Tensor<real>::zeros(Context(), {1})}}, metadata);
    return folder / "a.safetensors";
}

} // namespace

TEST_CASE("a network that weights only claim takes no memory", "[claims]") {
    TemporaryFolder const folder;
    ModelInfo info;
    info.model.network.resnet3d.channels = 4000;
    MbdlConfig config;
    config.weights = written(folder, info);
    long const before = peak_mib();
    CHECK_THAT(message_of([&] { require_weights(config, info.scan.density); }),
        Catch::StartsWith(config.weights.string() + ": tensor ") && Catch::Contains("is missing, expected with shape [") &&
            Catch::Contains("4000"));
    CHECK(peak_mib() - before < 100);
}

TEST_CASE("the state of a run is checked before it is used", "[claims]") {
    TemporaryFolder const folder;
    TrainingConfig config;
    config.seed = 5;
    ModelInfo info;
    info.model = config.model;
    auto const error = [&](Metadata const& state) {
        return message_of([&] { Trainer::require_checkpoint(written(folder, info, state), config); });
    };
    CHECK(error({{"training", R"({"step": 3, "seed": 5, "best": null})"}}) == "no error");
    CHECK(error({{"training", R"({"step": 3, "seed": 5})"}}) == "no error");
    CHECK_THAT(error({}), Catch::Contains("weights only"));
    CHECK_THAT(error({{"training", R"({"step": 3, "seed": 6})"}}), Catch::Contains("the run had seed 6, /seed is 5"));
    for (char const* bad : {R"({"step": 3})", R"({"seed": 5})", R"({"step": -3, "seed": 5})", R"({"step": 1e300, "seed": 5})",
             R"({"step": "3", "seed": 5})", R"({"step": 18446744073709551615, "seed": 5})", "[]", "no JSON", "[[[[", ""})
        CHECK_THAT(error({{"training", bad}}), Catch::Contains("the state of the training run is not readable"));
}
