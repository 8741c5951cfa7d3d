// Runs tessera-train with the ready configurations.
#include "recon/training/training_config.h"
#include "tests/support/recon_scan.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> ready_configurations() {
    std::vector<fs::path> files;
    for (auto const& entry : fs::directory_iterator(fs::path(TESSERA_SOURCE_DIR) / "configs/training")) files.push_back(entry.path());
    files.push_back(fs::path(TESSERA_SOURCE_DIR) / "configs/weights/first_steps.json");
    std::sort(files.begin(), files.end());
    return files;
}

// Two scans of different matrices: a set may have them.
void write_scans(fs::path const& folder) {
    fs::create_directories(folder);
    write_acquisition(folder / "a.h5", small_scan({12, 14, 12}, 2));
    write_acquisition(folder / "b.h5", small_scan({10, 12, 14}, 2));
}

// The run in small: what is chosen stays as it is, only sizes shrink.
std::string smaller(TrainingConfig const& config, fs::path const& data, fs::path const& output) {
    std::string all = fmt::format("--quiet --set device=cpu --set output={} --set 'data.train=[\"{}\"]'", output.string(), data.string());
    if (!config.data.validation.empty()) all += fmt::format(" --set 'data.validation=[\"{}\"]'", (data / "b.h5").string());
    if (config.data.scan.coils.virtual_coils) all += " --set data.scan.coils.virtual_coils=2";
    for (char const* size : {"steps=2", "validate_every=1", "checkpoint_every=1", "memory.patch=[8,8,8]", "data.scan.maps.calibration=8",
             "data.scan.maps.order=2", "data.scan.maps.iterations=2", "model.unrolls=2", "model.equilibrium.iterations=3",
             "model.equilibrium.backward_iterations=3", "model.network.resnet3d.channels=4", "model.network.complex_resnet3d.channels=2",
             "model.network.unet3d.channels=2", "model.network.unet3d.levels=1"})
        all += fmt::format(" --set {}", size);
    return all;
}

// Enumerators of a field that `value` finds in no configuration; it returns nothing where a configuration does not use the field.
template <class T, class Value> std::vector<std::string_view> missing(std::vector<TrainingConfig> const& configs, Value const& value) {
    auto const names = config_names(T{});
    std::vector<std::string_view> rest(names.begin(), names.end());
    for (auto const& config : configs)
        for (T const used : value(config)) std::erase(rest, names[static_cast<std::size_t>(used)]);
    return rest;
}

template <class T> std::vector<T> only_if(bool used, T value) {
    if (!used) return {};
    return {value};
}

} // namespace

TEST_CASE("every configuration of configs/training trains", "[tessera-train]") {
    TemporaryFolder const folder;
    write_scans(folder / "data");
    for (auto const& file : ready_configurations()) {
        CAPTURE(file.string());
        auto const config = load_config<TrainingConfig>(file);
        fs::path const out = folder / file.stem();
        auto const result = run_program("tessera-train", file.string() + " " + smaller(config, folder / "data", out));
        CAPTURE(result.errors);
        REQUIRE(result.status == 0);
        for (char const* name :
            {"config.json", "environment.json", "log.txt", "metrics.csv", "metrics.jsonl", "validation.csv", "validation.jsonl",
                "report.html", "checkpoints/last.safetensors", "checkpoints/best.safetensors", "previews/step_000002.png"}) {
            CAPTURE(name);
            CHECK(fs::exists(out / name));
        }
        auto const metrics = text_of(out / "metrics.csv");
        CHECK(std::count(metrics.begin(), metrics.end(), '\n') == 3); // names and two steps
    }
}

TEST_CASE("every choice of a training run is in some configuration", "[tessera-train]") {
    std::vector<TrainingConfig> configs;
    for (auto const& file : ready_configurations()) configs.push_back(load_config<TrainingConfig>(file));
    auto const supervised = [](auto const& c) { return c.data.supervision == Supervision::supervised; };

    using Names = std::vector<std::string_view>;
    CHECK(missing<NetworkKind>(configs, [](auto const& c) { return std::vector{c.model.network.kind}; }) == Names{});
    CHECK(missing<ModelKind>(configs, [](auto const& c) { return std::vector{c.model.kind}; }) == Names{});
    CHECK(missing<Halving>(configs, [](auto const& c) {
        return only_if(c.model.network.kind == NetworkKind::unet3d, c.model.network.unet3d.halving);
    }) == Names{});
    for (auto const& kind : data_consistency_kinds())
        CHECK(std::any_of(configs.begin(), configs.end(), [&](auto const& c) { return c.model.data_consistency.kind == kind; }));
    CHECK(missing<MemoryPolicy>(configs, [](auto const& c) { return std::vector{c.memory.policy}; }) == Names{});
    CHECK(missing<CheckpointPlace>(configs,
              [](auto const& c) { return only_if(c.memory.policy != MemoryPolicy::full, c.memory.checkpoints); }) == Names{});
    CHECK(missing<Supervision>(configs, [](auto const& c) { return std::vector{c.data.supervision}; }) == Names{});
    CHECK(missing<TargetSource>(configs, [&](auto const& c) { return only_if(supervised(c), c.data.target); }) == Names{});
    CHECK(missing<LossKind>(configs, [&](auto const& c) {
        std::vector<LossKind> kinds;
        if (supervised(c))
            for (auto const& term : c.loss) kinds.push_back(term.kind);
        return kinds;
    }) == Names{});
    CHECK(missing<OptimiserKind>(configs, [](auto const& c) { return std::vector{c.optimiser.kind}; }) == Names{});
    CHECK(missing<ScheduleKind>(configs, [](auto const& c) { return std::vector{c.schedule.kind}; }) == Names{});

    // What is no enumerator: some configuration has it, and some has not.
    auto const both = [&](auto const& has) {
        return std::any_of(configs.begin(), configs.end(), has) && !std::all_of(configs.begin(), configs.end(), has);
    };
    CHECK(both([](auto const& c) { return c.model.shared_weights; }));
    CHECK(both([&](auto const& c) { return supervised(c) && c.loss.size() > 1; }));
    CHECK(both([&](auto const& c) { return supervised(c) && c.loss_in_object; }));
    CHECK(both([&](auto const& c) { return supervised(c) && c.data.readouts; }));
    CHECK(both([](auto const& c) { return c.data.keep_operators == KeptOperators::device; }));
    CHECK(both([](auto const& c) { return c.memory.policy == MemoryPolicy::block && c.memory.halo; }));
    CHECK(both([](auto const& c) { return c.optimiser.clip_norm.has_value(); }));
    CHECK(both([](auto const& c) { return c.optimiser.weight_decay > 0; }));
    CHECK(both([](auto const& c) { return c.schedule.warm_up > 0; }));
    CHECK(both([](auto const& c) { return c.average.has_value(); }));
    CHECK(both([](auto const& c) { return c.batch > 1; }));
}
