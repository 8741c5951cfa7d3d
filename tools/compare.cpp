// tessera-compare: several reconstruction methods on the same scans, as tables and a report.
#include "core/device/device.h"
#include "core/files/bytes.h"
#include "core/files/lock.h"
#include "recon/comparison/comparison_report.h"
#include "recon/formats/read.h"
#include "recon/methods/mbdl.h"
#include "recon/planner/comparison_plan.h"
#include "recon/training/training_set.h"
#include "tools/program/method_bars.h"
#include "tools/program/planning.h"
#include "tools/program/program.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <fstream>

using namespace tessera;
namespace fs = std::filesystem;

namespace {

std::size_t index_of(std::vector<NamedMethod> const& methods, std::string const& name) {
    if (name.empty()) return methods.size() - 1;
    auto const found = std::find_if(methods.begin(), methods.end(), [&](auto const& m) { return m.name == name; });
    std::string all;
    for (auto const& m : methods) all += (all.empty() ? "" : ", ") + m.name;
    require(found != methods.end(), "/against: no method is called \"{}\" (there are {})", name, all);
    return static_cast<std::size_t>(found - methods.begin());
}

std::string today() {
    std::time_t const now = std::time(nullptr);
    std::array<char, 32> text{};
    std::tm local{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M %Z", ::localtime_r(&now, &local));
    return text.data();
}

/// What the log warned of, each once.
std::vector<std::string> warnings_in(fs::path const& log) {
    static constexpr std::string_view kMark = " warning "; // between time and text
    std::vector<std::string> warnings;
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);)
        if (auto const at = line.find(kMark); at != std::string::npos) {
            auto text = line.substr(at + kMark.size());
            if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(std::move(text));
        }
    return warnings;
}

/// Tables and report, written anew after every scan: what is done is never lost.
class Results {
public:
    Results(ComparisonConfig const& config, Context const& context, std::size_t against) : config_(config) {
        report_.title = "Comparison of reconstructions";
        report_.against = against;
        report_.facts = {{"program", fmt::format("tessera-compare {}", TESSERA_VERSION)}, {"date", today()},
            {"device", device_name(context.device())}, {"CPU threads", fmt::format("{}", omp_get_max_threads())},
            {"configuration", config_json(config)}};
        write_resolved(config.output / "config.json", config, {files_, {}});
    }

    void add(ComparedCase const& c) {
        report_.cases.push_back(c.result);
        if (std::ssize(report_.pictures) < config_.pictures)
            report_.pictures.push_back(report::make_pictures(c.images, config_.error_factor));
        if (config_.volumes)
            for (auto const& name : write_volumes(config_.output / "volumes", c.images)) files_.push_back("volumes/" + name);
        write_resolved(config_.output / "config.json", config_, {files_, {}});
        report_.warnings = warnings_in(config_.output / "log.txt");
        write_text_file(config_.output / "comparison.csv", csv(report_.cases));
        write_text_file(config_.output / "comparison.md", markdown(report_.cases, report_.against));
        write_text_file(config_.output / "report.html", report::html(report_));
    }

    std::vector<CaseResult> const& cases() const { return report_.cases; }

private:
    ComparisonConfig config_;
    report::ComparisonReport report_;
    std::vector<std::string> files_{"comparison.csv", "comparison.md", "report.html", "log.txt", "config.json"};
};

std::vector<fs::path> inputs_of(ComparisonConfig const& config, std::vector<fs::path> const& files, fs::path const& file) {
    std::vector<fs::path> paths{file, config.trajectory, config.weights};
    paths.insert(paths.end(), files.begin(), files.end());
    paths.insert(paths.end(), config.reference.begin(), config.reference.end());
    for (auto const& method : config.named_methods()) paths.push_back(method.mbdl.weights);
    return paths;
}

/// Everything that can be wrong is known before anything is computed, which may take hours.
void require_inputs(ComparisonConfig const& config, std::vector<fs::path> const& files, std::vector<NamedMethod> const& methods) {
    for (auto const& method : methods) {
        require(!method.mbdl.adapt, "/methods, {}: mbdl.adapt is tessera-recon's; mbdl.weights takes the adapted weights", method.name);
        if (method.method == Method::mbdl) require_weights(method.mbdl, config.density);
    }
    for (auto const& reference : config.reference) require_reference(reference);
    for (auto const& input : files) {
        interruption_point();
        read_acquisition(input, config.read_options());
    }
}

void run(ComparisonConfig const& config, fs::path const& file, PlanOptions const& options) {
    auto const start = std::chrono::steady_clock::now();
    auto const files = expand_paths(config.input);
    auto const methods = config.named_methods();
    require(!files.empty(), "/input names no files");
    require(config.reference.empty() || config.reference.size() == files.size(), "/reference has {} volumes for {} inputs",
        config.reference.size(), files.size());
    std::size_t const against = index_of(methods, config.against);
    std::vector<fs::path> outputs;
    for (char const* name : {"comparison.csv", "comparison.md", "report.html", "log.txt", "config.json"})
        outputs.push_back(config.output / name);
    auto const earlier = files_of_run(config.output);
    for (auto const& name : earlier) outputs.push_back(config.output / name);
    require_apart(outputs, inputs_of(config, files, file));
    require_inputs(config, files, methods);
    auto const context = make_context(config);
    std::error_code error;
    fs::create_directories(config.output, error);
    require(!error, "{}: cannot make this folder: {}", config.output.string(), error.message());
    auto const lock = FileLock::take(config.output);
    sweep_leftovers(config.output);
    for (auto const& name : earlier) fs::remove(config.output / name, error); // files of another run
    LogFile const log(config.output / "log.txt");
    Results results(config, context, against);
    for (std::size_t i = 0; i < files.size(); ++i) {
        log_info("{} ({} of {})", files[i].string(), i + 1, files.size());
        MethodBars bars;
        results.add(compare_methods(context, config, files, i, [&](std::string const& what) { return bars.listen(what); }));
    }
    auto const measures = measures_in(results.cases());
    bool const several = results.cases().size() > 1;
    fmt::print("{}", markdown(several ? summary_table(results.cases(), measures) : case_table(results.cases().front(), measures)));
    options.write_profile(config.output, context);
    log_info("wrote {} after {}", (config.output / "report.html").string(),
        format_duration(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()));
}

} // namespace

int main(int argc, char** argv) {
    PlanOptions options;
    Usage const usage{.name = "tessera-compare",
        .purpose = "Compares reconstructions of non-Cartesian MRI k-space.",
        .inputs = "input",
        .several = true,
        .shortcuts = {{"--weights", "weights"}, {"--reference", "reference"}, {"--against", "against"}},
        .examples = {"tessera-compare scan.mrd -o comparison", "tessera-compare scans/ -o comparison --weights weights.safetensors",
            "tessera-compare scan.mrd -o comparison --reference truth.nii.gz --set trust.files=0"},
        .fields = {"reference", "methods", "weights", "against", "held_out", "trust.files", "matrix", "fov", "maps.source", "threads"}};
    return program<ComparisonConfig>(
        usage, argc, argv,
        [&](ComparisonConfig const& config, fs::path const& file, std::vector<std::string> const& given) {
            if (options.plan) return print_plan(config, given, options, plan_comparison, comparison_savings());
            run(fitted(config, given, plan_comparison, comparison_savings()), file, options);
        },
        [&](CommandLine& line) { options.add_to(line); });
}
