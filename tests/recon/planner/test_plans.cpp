// Plans against runs, by the counts of the allocators.
#include "recon/planner/comparison_plan.h"
#include "recon/planner/reconstruction_plan.h"
#include "recon/planner/training_plan.h"

#include "recon/comparison/comparison.h"
#include "recon/formats/read.h"
#include "recon/methods/choose_lambda.h"
#include "recon/training/trainer.h"
#include "tests/support/recon_scan.h"
#include "tests/support/temporary_folder.h"

#include <fmt/ranges.h>
#include <map>
#include <nlohmann/json.hpp>

using namespace tessera;
using namespace tessera::test;

namespace {

/// Stages with the names of all that they are part of: "step/loss".
std::map<std::string, PlannedStage> by_path(Plan const& plan) {
    std::map<std::string, PlannedStage> all;
    std::vector<std::string> names;
    for (auto const& s : plan.stages) {
        names.resize(s.depth);
        names.push_back(s.name);
        all[fmt::format("{}", fmt::join(names, "/"))] = s;
    }
    return all;
}

/// Never below what was taken, and at most a tenth and a few small vectors more.
void check_plan(Plan const& plan, Plan const& run) {
    CHECK(plan.device_peak_bytes >= run.device_peak_bytes);
    CHECK(static_cast<double>(plan.device_peak_bytes) <= 1.1 * static_cast<double>(run.device_peak_bytes));
    CHECK(plan.host_peak_bytes >= run.host_peak_bytes);
    auto const planned = by_path(plan);
    for (auto const& [path, stage] : by_path(run)) {
        CAPTURE(path);
        REQUIRE(planned.contains(path));
        CHECK(planned.at(path).device_peak_bytes >= stage.device_peak_bytes);
        CHECK(planned.at(path).host_peak_bytes >= stage.host_peak_bytes);
        CHECK(static_cast<double>(planned.at(path).device_peak_bytes) <= 1.1 * static_cast<double>(stage.device_peak_bytes) + 65536);
    }
}

/// What tessera-recon does.
Plan reconstruct(Context const& context, ReconConfig const& config) {
    auto acquisition = [&] {
        Stage const stage(context, "file");
        return read_acquisition(config.input, config.read_options(), config.raw_data(context));
    }();
    auto const scan = prepare_scan(context, std::move(acquisition), config, config.needs_maps());
    auto const choice = choose_lambda(scan, config, config);
    auto const image = Reconstructor(scan, config)(choice.config).to(context.host());
    return measured(context);
}

Plan train(Context const& context, TrainingConfig const& config) {
    Trainer trainer(context, config);
    if (trainer.has_validation()) trainer.validate();
    for (index_t i = 0; i < 2 * static_cast<index_t>(trainer.training_set().size()); ++i) trainer.step();
    if (trainer.has_validation()) trainer.validate();
    return measured(context);
}

TrainingConfig small_training(std::vector<std::filesystem::path> const& files) {
    TrainingConfig config;
    config.data.train = files;
    config.data.validation = {files.front()};
    config.data.scan.maps.calibration = 8;
    config.data.scan.maps.iterations = 1;
    config.data.scan.density.iterations = 2;
    config.model.unrolls = 2;
    config.model.network.resnet3d = {.channels = 6, .blocks = 2, .convolutions = 2};
    config.model.network.complex_resnet3d = {.channels = 4, .blocks = 1, .convolutions = 2};
    config.model.network.unet3d = {.channels = 4, .levels = 2, .convolutions = 1};
    config.model.data_consistency.iterations = 2;
    config.model.data_consistency.backward_iterations = 2;
    config.memory.patch = {9, 9, 9};
    return config;
}

} // namespace

TEST_CASE("reconstructions take what their plan says", "[planner]") {
    TemporaryFolder const folder;
    for (auto const& [matrix, coils] : {std::pair(Matrix{16, 18, 20}, 5), std::pair(Matrix{1, 30, 26}, 3)}) {
        auto const scan = small_scan(matrix, coils);
        auto const file = folder / fmt::format("scan{}.h5", matrix[0]);
        write_acquisition(file, scan);
        for (auto const method : {Method::gridding, Method::cg_sense, Method::l1_wavelet, Method::tv})
            for (bool const other : {false, true}) {
                ReconConfig config;
                config.input = file;
                config.method = method;
                config.maps = {.source = other ? MapsSource::file : MapsSource::jsense, .calibration = 8, .iterations = 1};
                config.density.kind = other ? DensityKind::radial : DensityKind::pipe;
                config.cg.normal = config.l1_wavelet.normal = config.tv.normal = other ? NormalOperator::gridded : NormalOperator::toeplitz;
                config.kspace_on_disk = other;
                config.gridding.combine = other ? CoilCombination::maps : CoilCombination::rss;
                config.nufft.coils_per_pass = other ? 2 : 8;
                config.cg.iterations = config.l1_wavelet.iterations = config.tv.iterations = 3;
                if (other) config.coils.virtual_coils = 2;
                if (method == Method::tv && !other) config.sweep.lambda = {0.01, 0.1};
                CAPTURE(matrix[0], config_name(method), other);
                check_plan(plan_reconstruction(Device::cpu, {}, config), reconstruct(Context(Device::cpu), config));
            }
    }
}

TEST_CASE("training takes what its plan says, whatever network and policy", "[planner]") {
    TemporaryFolder const folder;
    auto const file = folder / "scan.h5";
    write_acquisition(file, small_scan({14, 12, 16}, 3, 2));
    for (auto const kind : {NetworkKind::resnet3d, NetworkKind::complex_resnet3d, NetworkKind::unet3d})
        for (auto const policy : {MemoryPolicy::full, MemoryPolicy::unroll, MemoryPolicy::block})
            for (auto const place : {CheckpointPlace::device, CheckpointPlace::host})
                for (std::string const consistency : {"cg", "gradient"}) {
                    auto config = small_training({file});
                    config.model.network.kind = kind;
                    config.model.data_consistency.kind = consistency;
                    config.memory.policy = policy;
                    config.memory.checkpoints = place;
                    CAPTURE(config_name(kind), config_name(policy), config_name(place), consistency);
                    check_plan(plan_training(Device::cpu, {}, config), train(Context(Device::cpu), config));
                }
}

TEST_CASE("an equilibrium takes what its plan says, of which a few iterations are rehearsed", "[planner]") {
    TemporaryFolder const folder;
    auto const file = folder / "scan.h5";
    write_acquisition(file, small_scan({14, 12, 16}, 3, 2));
    for (index_t const depth : {0, 4})
        for (auto const place : {CheckpointPlace::device, CheckpointPlace::host}) {
            auto config = small_training({file});
            config.model.kind = ModelKind::equilibrium;
            config.model.equilibrium.acceleration = depth;
            config.model.equilibrium.iterations = config.model.equilibrium.backward_iterations = 12;
            config.model.equilibrium.tolerance = config.model.equilibrium.backward_tolerance = 1e-12; // never reached in float
            config.model.equilibrium.penalty = 0.1;
            config.model.equilibrium.lipschitz_iterations = 2;
            config.memory.checkpoints = place;
            CAPTURE(depth, config_name(place));
            check_plan(plan_training(Device::cpu, {}, config), train(Context(Device::cpu), config));
        }
}

TEST_CASE("training of other kinds takes what its plan says", "[planner]") {
    TemporaryFolder const folder;
    std::vector<std::filesystem::path> files;
    for (Matrix const matrix : {Matrix{10, 12, 14}, Matrix{14, 12, 16}, Matrix{8, 14, 10}}) {
        files.push_back(folder / fmt::format("scan{}.h5", matrix[0]));
        write_acquisition(files.back(), small_scan(matrix, 3, 2));
    }
    auto const check = [&](TrainingConfig const& config) {
        check_plan(plan_training(Device::cpu, {}, config), train(Context(Device::cpu), config));
    };
    auto config = small_training(files);
    SECTION("self-supervised, gridded") {
        config.data.supervision = Supervision::self_supervised;
        config.data.normal = NormalOperator::gridded;
        config.data.scan.kspace_on_disk = true;
        check(config);
    }
    SECTION("operators kept, an average, all losses, in the object") {
        config.data.scan.maps.resolution = MapsResolution::full; // whether splines do is in the data, and maps are most of what is kept
        config.data.keep_operators = GENERATE(KeptOperators::nothing, KeptOperators::host, KeptOperators::device);
        config.average = 0.9;
        config.loss = {{LossKind::l1, 1}, {LossKind::nl2, 1}, {LossKind::ssim, 1}};
        config.loss_in_object = true;
        check(config);
    }
    SECTION("targets of all readouts, half of them drawn, two scans a step, weights of their own") {
        config.data.target = TargetSource::reconstruction;
        config.data.target_cg.iterations = 3;
        config.data.readouts = {0.5, 0.5};
        config.batch = 2;
        config.model.shared_weights = false;
        check(config);
    }
}

TEST_CASE("comparisons take what their plan says", "[planner]") {
    TemporaryFolder const folder;
    ComparisonConfig config;
    config.input = {folder / "scan.h5"};
    write_acquisition(config.input[0], small_scan({16, 18, 20}, 4));
    config.maps = {.calibration = 8, .iterations = 1};
    for (auto const method : {Method::gridding, Method::cg_sense, Method::l1_wavelet}) {
        NamedMethod m;
        m.method = method;
        m.cg.iterations = m.l1_wavelet.iterations = 3;
        config.methods.push_back(m);
    }
    for (index_t const trust : {0, 1}) {
        config.trust.files = trust;
        config.held_out = trust ? 0.2 : 0;
        Context const context(Device::cpu);
        compare_methods(context, config, config.input, 0, {});
        auto const plan = plan_comparison(Device::cpu, {}, config);
        CAPTURE(trust);
        check_plan(plan, measured(context));
    }
}

TEST_CASE("a plan that does not fit changes what its user left open", "[planner]") {
    TemporaryFolder const folder;
    auto const file = folder / "scan.h5";
    write_acquisition(file, small_scan({14, 12, 16}, 3, 2));
    auto config = small_training({file});
    config.model.unrolls = 12;
    config.memory.policy = MemoryPolicy::full;
    std::function<Plan(TrainingConfig const&)> const plan_of = [](TrainingConfig const& c) { return plan_training(Device::cpu, {}, c); };
    auto const needed = plan_of(config).device_peak_bytes;
    MemoryLimits limits{.device = needed / 2};

    auto chosen = config;
    auto const plan = fit<TrainingConfig>(chosen, {}, limits, plan_of, training_savings());
    CHECK(limits.hold(plan));
    CHECK(plan.device_peak_bytes == plan_of(chosen).device_peak_bytes);
    CHECK(chosen.memory.policy == MemoryPolicy::block);
    CHECK(!plan.notes.empty());
    CHECK(train(Context(Device::cpu), chosen).device_peak_bytes <= limits.device);

    auto fixed = config;
    auto const too_large = fit<TrainingConfig>(fixed, {"/memory/policy", "/memory/checkpoints"}, limits, plan_of, training_savings());
    CHECK(!limits.hold(too_large));
    CHECK(fixed.memory.policy == MemoryPolicy::full);
    bool says = false, helps = false;
    for (auto const& note : too_large.notes) {
        says = says || note.find("does not fit") != std::string::npos;
        helps = helps || note.find("/memory/policy") != std::string::npos;
    }
    CHECK(says);
    CHECK(helps);
}

TEST_CASE("a plan as JSON has the numbers of the plan", "[planner]") {
    Plan plan{.device_peak_bytes = 7, .host_peak_bytes = 9, .seconds = 1.5, .stages = {{"maps", 1, 2, 3, 4, 0.5}}, .notes = {"a note"}};
    auto const read = nlohmann::json::parse(json(plan));
    CHECK(read["device_peak_bytes"] == 7);
    CHECK(read["host_peak_bytes"] == 9);
    CHECK(read["seconds"] == 1.5);
    CHECK(read["stages"][0]["name"] == "maps");
    CHECK(read["stages"][0]["device_peak_bytes"] == 3);
    CHECK(table(plan, Device::cpu).find("maps") != std::string::npos);
}
