#include "recon/training/run_folder.h"

#include "core/device/backend.h"
#include "core/device/device.h"
#include "core/files/atomic_file.h"
#include "core/files/manifest.h"

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <omp.h>

namespace tessera {
namespace {

std::vector<std::string> term_names(TrainingConfig const& config) {
    std::vector<std::string> names;
    if (config.data.supervision == Supervision::supervised)
        for (auto const& term : config.loss) names.emplace_back(config_name(term.kind));
    for (std::size_t i = 0; i < names.size(); ++i) { // the same kind twice
        auto const same = std::count(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]);
        if (same > 0) names[i] += fmt::format("_{}", same + 1);
    }
    return names;
}

constexpr char const *kHeldOut = "held_out.json", *kBaselines = "baselines.json";

void write_held_out(std::filesystem::path const& file, TrainingSet const& validation) {
    auto all = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < validation.size(); ++i) {
        auto const& parts = validation.held_out(i);
        all.push_back(
            {{"scan", validation.name(i)}, {"readouts", validation.scan(i).readouts}, {"report", parts.report}, {"choose", parts.choose}});
    }
    write_text_file(file, all.dump() + "\n");
}

RunMetrics metrics_of(TrainingConfig const& config, std::optional<index_t> resumed) {
    index_t const sets = config.model.sets_of_weights();
    bool const equilibrium = config.model.kind == ModelKind::equilibrium;
    return resumed ? RunMetrics(config.output, term_names(config), sets, equilibrium, *resumed)
                   : RunMetrics(config.output, term_names(config), sets, equilibrium);
}

/// What the model is, for the report.
std::pair<std::string, std::string> model_in_words(ModelConfig const& model) {
    if (model.kind == ModelKind::unrolled)
        return {"unrolls", fmt::format("{}, {} weights", model.unrolls, model.shared_weights ? "shared" : "distinct")};
    auto const& e = model.equilibrium;
    return {"equilibrium",
        fmt::format("{} iterations at most, tolerance {:g}, acceleration {}, {} gradient", e.iterations, e.tolerance, e.acceleration,
            config_name(e.gradient))};
}

/// For as long as the run lives: two that write to one folder would ruin both.
FileLock locked(TrainingConfig const& config) {
    std::error_code error;
    std::filesystem::create_directories(config.output, error);
    require(!error, "{}: cannot make this folder: {}", config.output.string(), error.message());
    auto lock = FileLock::take(config.output);
    require(lock || errno != EWOULDBLOCK, "{}: another training is writing to this folder", config.output.string());
    return lock ? std::move(*lock) : FileLock(); // a file system without locks
}

std::filesystem::path prepared(TrainingConfig const& config, bool resumed) {
    std::error_code error;
    if (!resumed) {
        RunFolder::require_new(config);
        for (auto const& name : files_of_run(config.output))
            std::filesystem::remove(config.output / name, error); // of a run that came to nothing
    }
    for (char const* folder : {".", "checkpoints", "previews"}) sweep_leftovers(config.output / folder);
    for (char const* folder : {"checkpoints", "previews"}) {
        std::filesystem::create_directories(config.output / folder, error);
        require(!error, "{}: cannot make this folder: {}", (config.output / folder).string(), error.message());
    }
    return config.output / "log.txt";
}

} // namespace

void RunFolder::require_new(TrainingConfig const& config) {
    std::error_code ignored;
    auto const last = last_checkpoint(config);
    require(!std::filesystem::exists(last, ignored),
        "{}: holds a run already ({}); --resume auto goes on with it, another /output starts anew", config.output.string(), last.string());
}

RunFolder::RunFolder(TrainingConfig const& config, std::optional<index_t> resumed)
    : config_(config), lock_(locked(config)), log_(prepared(config, resumed.has_value()), resumed.has_value()),
      metrics_(metrics_of(config, resumed)) {
    RunRecord record{{"config.json", "environment.json", "log.txt", "metrics.csv", "metrics.jsonl", "validation.csv", "validation.jsonl",
                         "report.html"},
        {}};
    if (config.data.supervision == Supervision::self_supervised) record.files.insert(record.files.end(), {kHeldOut, kBaselines});
    write_text_file(config.output / "config.json", with_record(config_json(config), record));
}

void RunFolder::describe(Context const& context, Trainer& trainer) {
    auto const& seen = trainer.network().reach();
    auto const& patch = config_.memory.patch;
    facts_ = {{"device", device_name(context.device()) + (context.device() == Device::cuda ? ", " + backend::cuda_description() : "")},
        {"threads", fmt::format("{}", omp_get_max_threads())}, {"precision", sizeof(real) == 4 ? "float32" : "float64"},
        {"compiler", __VERSION__}, {"seed", fmt::format("{}", config_.seed)},
        {"parameters", fmt::format("{}", trainer.parameters().count())},
        {"training scans", fmt::format("{}", trainer.training_set().size())}, model_in_words(config_.model),
        {"network sees", fmt::format("{} voxels to each side", seen.radius)}};
    if (config_.memory.policy == MemoryPolicy::block)
        facts_.emplace_back("patches",
            fmt::format("{} x {} x {} and a halo of {}", patch[0], patch[1], patch[2], config_.memory.halo.value_or(seen.radius)));
    nlohmann::ordered_json environment;
    environment["version"] = trainer.metadata().at("tessera_version");
    for (auto const& [name, value] : facts_) environment[name] = value;
    write_text_file(config_.output / "environment.json", environment.dump(4) + "\n");
    if (config_.data.supervision == Supervision::self_supervised) {
        auto const& validation = trainer.validation_set();
        write_held_out(config_.output / kHeldOut, validation);
        trainer.keep_baselines(config_.output / kBaselines);
        for (std::size_t i = 0; i < validation.size(); ++i) {
            auto const& parts = validation.held_out(i);
            log_info("{}, {} readouts: errors are reported on {}, the best weights are chosen by {} others, {} are trained on",
                validation.name(i), validation.scan(i).readouts, parts.report.size(), parts.choose.size(), parts.used.size());
        }
    }
    facts_.insert(facts_.begin(), {"version", trainer.metadata().at("tessera_version")});
    facts_.emplace_back("configuration", config_json(config_));
}

void RunFolder::add(StepRecord const& record) { metrics_.add(record); }

void RunFolder::add(ValidationRecord const& record) {
    for (auto const& c : record.cases) metrics_.add(c);
    if (!record.cases.empty()) metrics_.add(mean_of(record.cases));
    if (!record.preview) return;

    auto const& p = *record.preview;
    auto const columns = p.target.size() > 0
        ? report::against_target(p.input, p.output, p.target, 5)
        : std::vector<report::MontageColumn>{{"input", p.input, default_window(p.input)}, {"output", p.output, default_window(p.output)}};
    preview_ = {fmt::format("{}, step {}", p.name, record.step),
        p.target.size() > 0 ? "The error is shown five times as bright." : "There is no target in self-supervised training.",
        report::make_montage(columns, p.voxel_mm)};
    write_png(config_.output / "previews" / fmt::format("step_{:06}.png", record.step), report::compose(preview_->montage));
}

void RunFolder::write_report(std::string const& status) const {
    report::TrainingReport r;
    r.title = fmt::format("Training of {}", config_.output.filename().string());
    r.status = status;
    r.facts = facts_;
    r.terms = metrics_.terms();
    r.training = metrics_.training();
    r.validation = metrics_.validation();
    if (preview_) r.previews.push_back(*preview_);
    report::write_report(config_.output / "report.html", r);
}

} // namespace tessera
