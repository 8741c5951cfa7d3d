#include "recon/training/trainer.h"

#include "core/arrays/vector_ops.h"
#include "core/config/json_watch.h"
#include "core/device/stage.h"
#include "core/terminal/log.h"
#include "kernels/philox.h"
#include "nn/apply.h"
#include "nn/complex_channels.h"
#include "nn/losses/difference.h"
#include "nn/ops/add.h"
#include "nn/ops/scale.h"
#include "recon/models/models.h"
#include "recon/unrolled/block_partition.h"
#include "recon/unrolled/model_file.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

namespace tessera {
namespace {

constexpr std::uint64_t kOrder = 4ull << 32; // stream of the random generator; see training_set.cpp

Var as_var(Tensor<complex> const& x) { return Var(as_channels(x)); }

double value_of(Var const& scalar) { return static_cast<double>(scalar.value().to_host().at(0)); }

// Shuffled anew for every pass over the scans.
std::size_t shuffled(std::size_t n, std::uint64_t seed, std::uint64_t draw) {
    std::uint64_t const pass = draw / n;
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = n; i-- > 1;) {
        auto const block = philox(seed, kOrder + pass, i);
        std::swap(order[i],
            order[std::min(i, static_cast<std::size_t>(uniform<double>(block.word[0], block.word[1]) * static_cast<double>(i + 1)))]);
    }
    return order[draw % n];
}

// The range that holds `value`, too.
template <class T> void widen(std::optional<std::array<T, 2>>& range, T value) {
    if (!range) range = {value, value};
    range = {std::min((*range)[0], value), std::max((*range)[1], value)};
}

// What `f` returns; says where an error appeared. Running out of memory keeps its type.
template <class F> auto at(std::string const& place, F const& f) {
    try {
        return f();
    } catch (OutOfMemory const&) {
        throw;
    } catch (Error const& e) {
        fail("{}: {}", place, e.what());
    }
}

struct RunState {
    index_t step = 0;
    double best = std::numeric_limits<double>::infinity();
};

// What a checkpoint says of its run, each number checked before it is used.
RunState run_state(Safetensors const& file, std::uint64_t seed) {
    std::string const path = file.path().string();
    auto const found = file.metadata().find("training");
    require(found != file.metadata().end(), "{}: weights only, no state of a training run to go on from", path);
    auto const run = parse_or_discard<nlohmann::json>(found->second);
    auto const number = [&](char const* key) { return run.is_object() && run.contains(key) && run[key].is_number_unsigned(); };
    require(number("step") && number("seed") && run["step"].get<std::uint64_t>() <= static_cast<std::uint64_t>(kLargestCount),
        "{}: the state of the training run is not readable: {}", path, found->second.substr(0, 200));
    require(run["seed"].get<std::uint64_t>() == seed, "{}: the run had seed {}, /seed is {}", path, run["seed"].dump(), seed);
    RunState state;
    state.step = run["step"].get<index_t>();
    if (run.contains("best") && run["best"].is_number()) state.best = run["best"].get<double>();
    return state;
}

} // namespace

double ValidationRecord::score() const {
    double sum = 0;
    for (auto const& c : cases) sum += c.has_image() ? c.object.nrmse : c.kspace_error_selection;
    return sum / static_cast<double>(cases.size());
}

double ValidationRecord::reported() const {
    double sum = 0;
    for (auto const& c : cases) sum += c.has_image() ? c.object.nrmse : c.kspace_error;
    return sum / static_cast<double>(cases.size());
}

Trainer::Trainer(Context const& context, TrainingConfig const& config, std::function<void(index_t)> const& progress)
    : context_(context), config_(config), training_(context, expand_paths(config.data.train), config.data, config.seed, progress),
      validation_(context, expand_paths(config.data.validation), config.data, config.seed,
          [&](index_t done) {
              if (progress) progress(static_cast<index_t>(training_.size()) + done);
          }),
      parameters_(context, true, config.seed), network_(make_model(config.model, parameters_)), optimiser_(config.optimiser, parameters_),
      baselines_(config.baselines) {
    require(training_.size() > 0, "training: /data/train names no scans");
    require(!config.loss.empty() || config.data.supervision == Supervision::self_supervised, "training: /loss has no terms");
    if (!config.initial_weights.empty()) start_from(config.initial_weights);
    if (config.average) average_.emplace(*config.average, parameters_);
}

void Trainer::start_from(std::filesystem::path const& path) const {
    Safetensors const file(path);
    auto model = ModelInfo::of(file).model;
    require(model.shared_weights == config_.model.shared_weights && config_json(model.network) == config_json(config_.model.network) &&
            model.data_consistency.kind == config_.model.data_consistency.kind,
        "{}: the weights are those of another network than /model describes", path.string());
    load_weights(file, parameters_);
    log_info("starting from {}", path.string());
}

LossValue Trainer::loss_of(Tape& tape, Example const& e, Var const& prediction) const {
    Stage const stage(context_, "loss");
    if (e.loss) return {weighted_l2_loss(tape, apply(tape, e.loss->model, prediction), e.loss->samples(context_), e.loss->weights), {}};
    LossMask mask;
    if (config_.loss_in_object) mask = e.object->to(context_);
    return evaluate_loss(tape, config_.loss, prediction, e.target->to(context_), mask);
}

StepRecord Trainer::step() {
    while (true) {
        try {
            return attempt();
        } catch (OutOfMemory const& e) { // nothing has changed but gradients, which the next attempt starts with
            if (!take_less()) throw;
            if (!std::exchange(warned_of_memory_, true))
                log_warn(
                    "step {}: {}; going on with patches of {} x {} x {} and {} coils a pass, and less where that is too much (said once)",
                    step_ + 1, e.what(), config_.memory.patch[0], config_.memory.patch[1], config_.memory.patch[2],
                    config_.data.scan.nufft.coils_per_pass);
        }
    }
}

// Another program took memory: the same gradient from smaller patches, then from fewer coils at once.
bool Trainer::take_less() {
    constexpr index_t kSmallest = 8;
    auto& memory = config_.memory;
    if (memory.policy != MemoryPolicy::block) {
        memory.policy = MemoryPolicy::block;
        memory.halo.reset(); // exact, as whole volumes are
        return true;
    }
    auto const longest = std::max_element(memory.patch.begin(), memory.patch.end());
    if (*longest > kSmallest) {
        *longest = (*longest + 1) / 2;
        return true;
    }
    auto& coils = config_.data.scan.nufft.coils_per_pass;
    if (coils == 1) return false;
    coils /= 2;
    training_.use_coils_per_pass(coils);
    validation_.use_coils_per_pass(coils);
    return true;
}

StepRecord Trainer::attempt() {
    Stage const stage(context_, "step");
    auto const start = std::chrono::steady_clock::now();
    context_.allocator().reset_peak();
    StepRecord record;
    record.step = step_ + 1;
    auto const report = std::make_shared<SolverReport>();
    parameters_.zero_gradients();
    std::string scans;
    for (index_t j = 0; j < config_.batch; ++j) {
        auto const draw = static_cast<std::uint64_t>(step_ * config_.batch + j);
        auto example = [&] {
            Stage const preparing(context_, "example");
            auto made = training_.training_example(shuffled(training_.size(), config_.seed, draw), draw);
            bool const last = draw + 1 >= static_cast<std::uint64_t>(config_.steps * config_.batch);
            if (!last) training_.prepare(shuffled(training_.size(), config_.seed, draw + 1), draw + 1);
            return made;
        }();
        if (example.target) example.target = example.target->to(context_.host()); // waits there for the loss
        scans += (j ? ", " : "") + example.name;
        Tape tape;
        report->seed = config_.seed;
        report->draw = draw;
        // The output is not held: the gradients of the unrolls have its memory for themselves.
        auto loss = at(fmt::format("step {}, scan {}", record.step, example.name), [&] {
            auto x0 = as_var(example.data.b);
            return loss_of(tape, example, network_->forward(tape, std::exchange(example.data, {}), std::move(x0), config_.memory, report));
        });
        if (auto const penalty = std::exchange(report->penalty, {})) {
            record.penalty = std::isnan(record.penalty) ? value_of(*penalty) : std::max(record.penalty, value_of(*penalty));
            loss.total = add(tape, loss.total, scale(tape, *penalty, config_.model.equilibrium.penalty));
        }
        double const value = value_of(loss.total);
        require(std::isfinite(value), "step {}, scan {}: the loss is {}, though all data consistency steps were finite", record.step,
            example.name, value);
        double const share = 1 / static_cast<double>(config_.batch);
        record.loss += share * value;
        record.terms.resize(loss.terms.size());
        for (std::size_t i = 0; i < loss.terms.size(); ++i) record.terms[i] += share * loss.terms[i];
        Stage const going_back(context_, "backward");
        tape.backward(loss.total, Tensor<real>::from(context_, {1}, std::vector<real>{static_cast<real>(share)}));
    }
    record.gradient_norm = clip_gradients(parameters_, config_.optimiser.clip_norm);
    check_gradients(record.gradient_norm, scans);
    record.learning_rate = config_.optimiser.learning_rate * schedule_factor(config_.schedule, record.step, config_.steps);
    record.lambda = network_->weights_of_data();
    Stage const optimising(context_, "optimiser");
    optimiser_.step(record.step, record.learning_rate);
    if (average_) average_->update(record.step);
    step_ = record.step;
    if (report->solves > 0) {
        record.cg_residual_forward = report->forward;
        record.cg_residual_backward = report->backward;
    }
    add_fixed_point(report->fixed_point, record);
    double const tolerance = config_.model.data_consistency.backward_tolerance;
    if (report->backward > tolerance && !std::exchange(warned_, true))
        log_warn(
            "step {}: the backward solve of data consistency stopped at a relative residual of {:.1e} (backward_tolerance is {:.1e}); later "
            "ones are in metrics.csv only",
            record.step, report->backward, tolerance);
    record.peak_bytes = static_cast<double>(context_.allocator().use().peak);
    record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return record;
}

void Trainer::add_fixed_point(FixedPointReport const& found, StepRecord& record) {
    auto const& wanted = config_.model.equilibrium;
    if (found.iterations == 0) return;
    record.iterations = static_cast<double>(found.iterations);
    record.residual = found.residual;
    record.gain = found.gain;
    if (found.backward_iterations > 0) {
        record.iterations_backward = static_cast<double>(found.backward_iterations);
        record.residual_backward = found.backward_residual;
    }
    auto const warn = [&](char const* what, bool& warned, index_t iterations, double residual, double tolerance) {
        if (residual > tolerance && !std::exchange(warned, true))
            log_warn("step {}: {} has not converged: a relative residual of {:.1e} after {} iterations, {:g} is wanted; later ones are in "
                     "metrics.csv only",
                record.step, what, residual, iterations, tolerance);
    };
    warn("the fixed point", warned_of_fixed_point_, found.iterations, found.residual, wanted.tolerance);
    warn("the gradient of the fixed point", warned_of_its_gradient_, found.backward_iterations, found.backward_residual,
        wanted.backward_tolerance);
}

void Trainer::check_gradients(double norm, std::string const& scans) const {
    if (std::isfinite(norm)) return;
    for (auto const& p : parameters_.all())
        for (real const g : p.gradient.to_host())
            require(std::isfinite(g), "step {}: the gradient of \"{}\" is not finite (scan {})", step_ + 1, p.name, scans);
    fail("step {}: the norm of the gradient is not finite (scan {})", step_ + 1, scans);
}

ValidationRecord Trainer::validate() {
    Stage const stage(context_, "validation");
    std::optional<AverageInUse> averaged;
    if (average_) averaged.emplace(*average_);
    ValidationRecord record;
    record.step = step_;
    for (std::size_t i = 0; i < validation_.size(); ++i) {
        if (i == 0) record.preview.emplace();
        record.cases.push_back(at(fmt::format("validation after step {}, scan {}", step_, validation_.name(i)),
            [&] { return measure(i, i == 0 ? &*record.preview : nullptr); }));
    }
    return record;
}

CaseRecord Trainer::measure(std::size_t i, Preview* preview) {
    auto const example = validation_.validation_example(i);
    CaseRecord record;
    record.step = step_;
    record.name = example.name;
    Tape tape(Tape::Mode::skip);
    auto const report = std::make_shared<SolverReport>();
    report->wants_lipschitz = true;
    auto const output = network_->forward(tape, example.data, as_var(example.data.b), config_.memory, report);
    if (report->fixed_point.iterations > 0) {
        record.iterations = static_cast<double>(report->fixed_point.iterations);
        record.residual = report->fixed_point.residual;
        if (report->fixed_point.lipschitz > 0) record.lipschitz = report->fixed_point.lipschitz;
    }
    auto const image = magnitude(as_complex(output.value()));
    if (example.target) {
        auto const target = magnitude(*example.target);
        auto const mask = *example.object;
        record.volume = quality(image, target);
        record.object = quality(image, target, mask);
        if (config_.memory.policy == MemoryPolicy::block) {
            Tensor<real> const error(target.context(), target.shape());
            for (index_t v = 0; !context_.rehearses() && v < error.size(); ++v)
                error.data()[v] = std::abs(static_cast<real>(record.object.scale) * image.data()[v] - target.data()[v]);
            Matrix const matrix{target.shape()[0], target.shape()[1], target.shape()[2]};
            record.seam = seam_ratio(error, BlockPartition(matrix, config_.memory.patch, 0).core(), mask);
        }
        if (preview) preview->target = target;
    } else {
        auto const result = as_complex(output.value());
        record.kspace_error = kspace_error(*example.loss, result);
        record.kspace_error_selection = kspace_error(*example.selection, result);
        auto const& baselines = baselines_.of(example);
        record.kspace_error_sense = baselines.sense.kspace_error;
        record.kspace_error_l1_wavelet = baselines.l1_wavelet.kspace_error;
    }
    if (preview) {
        preview->name = example.name;
        preview->input = magnitude(example.data.b);
        preview->output = image;
        preview->voxel_mm = voxel_mm(validation_.scan(i).geometry, validation_.scan(i).matrix);
        if (example.target && !context_.rehearses()) {
            double const shown = fit_scale(preview->input, preview->target); // the gridded image has another intensity
            for (index_t v = 0; v < image.size(); ++v) {
                preview->input.data()[v] *= static_cast<real>(shown);
                preview->output.data()[v] *= static_cast<real>(record.object.scale);
            }
        }
    }
    return record;
}

Metadata Trainer::metadata() const {
    ModelInfo info;
    info.model = config_.model;
    info.memory = config_.memory;
    info.scan = config_.data.scan;
    double least = std::numeric_limits<double>::infinity(), most = 0;
    auto const& d = config_.data; // what part of the readouts is the input
    auto used = d.readouts.value_or(std::array<double, 2>{1, 1});
    if (d.supervision == Supervision::self_supervised) used = {(1 - d.held_out) * (1 - d.selection) * (1 - d.loss_fraction), 1};
    for (std::size_t i = 0; i < training_.size(); ++i) {
        auto const& s = training_.scan(i);
        double const density = static_cast<double>(s.readouts * s.samples) / static_cast<double>(s.matrix[0] * s.matrix[1] * s.matrix[2]);
        least = std::min(least, density * used[0]);
        most = std::max(most, density * used[1]);
        info.sampling.dimensions = s.matrix[0] == 1 ? 2 : 3;
        widen(info.sampling.coils, s.kspace.shape()[0]);
        widen(info.sampling.longest_axis, *std::max_element(s.matrix.begin(), s.matrix.end()));
        if (auto const noise = noise_to_signal(s)) widen(info.sampling.noise, *noise);
    }
    info.sampling.samples_per_voxel = {least, most};
    return info.metadata();
}

NamedTensors Trainer::state() const {
    auto all = prefixed("optimiser.", optimiser_.state());
    if (average_)
        for (auto const& t : prefixed("average.", average_->state())) all.push_back(t);
    return all;
}

void Trainer::save(std::filesystem::path const& file, double best) const {
    auto header = metadata();
    nlohmann::json const run{{"step", step_}, {"seed", config_.seed},
        {"best", std::isfinite(best) ? nlohmann::json(best) : nlohmann::json()}};
    header["training"] = run.dump();
    save_weights(file, parameters_, header, state());
}

void Trainer::save_best(std::filesystem::path const& file) {
    std::optional<AverageInUse> averaged;
    if (average_) averaged.emplace(*average_);
    save_weights(file, parameters_, metadata());
}

double Trainer::load(std::filesystem::path const& path) {
    Safetensors const file(path);
    auto const info = ModelInfo::of(file);
    require(config_json(info.model) == config_json(config_.model), "{}: the checkpoint's network is another one than /model describes",
        path.string());
    auto const run = run_state(file, config_.seed);
    auto into = parameter_values(parameters_);
    for (auto const& t : prefixed(kTrainingPrefix, state())) into.push_back(t);
    load_tensors(file, into, ""); // nothing is ignored
    step_ = run.step;
    return run.best;
}

void Trainer::require_checkpoint(std::filesystem::path const& path, TrainingConfig const& config) {
    Safetensors const file(path);
    require(config_json(ModelInfo::of(file).model) == config_json(config.model),
        "{}: the checkpoint's network is another one than /model describes", path.string());
    run_state(file, config.seed);
}

} // namespace tessera
