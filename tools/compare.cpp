// tessera-compare: several reconstruction methods on the same scans, as tables and a report.
#include "core/files/bytes.h"
#include "core/device/device.h"
#include "recon/comparison/comparison_report.h"
#include "recon/training/training_set.h"
#include "recon/planner/comparison_plan.h"
#include "tools/method_bars.h"
#include "tools/planning.h"
#include "tools/program.h"

#include <algorithm>
#include <chrono>

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

/// Tables and report, written anew after every scan: what is done is never lost.
class Results {
public:
    Results(ComparisonConfig const& config, Context const& context, std::size_t against) : config_(config) {
        report_.title = "Comparison of reconstructions";
        report_.against = against;
        report_.facts = {{"program", fmt::format("tessera-compare {}", TESSERA_VERSION)}, {"device", device_name(context.device())},
            {"CPU threads", fmt::format("{}", omp_get_max_threads())}, {"configuration", config_json(config)}};
    }

    void add(ComparedCase const& c) {
        report_.cases.push_back(c.result);
        if (std::ssize(report_.pictures) < config_.pictures) report_.pictures.push_back(report::make_pictures(c.images, config_.error_factor));
        write_text_file(config_.output / "comparison.csv", csv(report_.cases));
        write_text_file(config_.output / "comparison.md", markdown(report_.cases, report_.against));
        write_text_file(config_.output / "report.html", report::html(report_));
    }

    std::vector<CaseResult> const& cases() const { return report_.cases; }

private:
    ComparisonConfig config_;
    report::ComparisonReport report_;
};

void run(ComparisonConfig const& config, PlanOptions const& options) {
    auto const start = std::chrono::steady_clock::now();
    auto const files = expand_paths(config.input);
    auto const methods = config.named_methods();
    require(!files.empty(), "/input names no files");
    require(config.reference.empty() || config.reference.size() == files.size(), "/reference has {} volumes for {} inputs", config.reference.size(),
        files.size());
    std::size_t const against = index_of(methods, config.against);
    auto const context = make_context(config);
    std::error_code error;
    fs::create_directories(config.output, error);
    require(!error, "{}: cannot make this folder: {}", config.output.string(), error.message());
    LogFile const log(config.output / "log.txt");
    write_resolved(config.output / "config.json", config);

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
    return program<ComparisonConfig>(
        "tessera-compare", "Compares reconstructions of non-Cartesian MRI k-space.", argc, argv,
        [&](ComparisonConfig const& config, std::vector<std::string> const& given) {
            if (options.plan) return print_plan(config, given, options, plan_comparison, comparison_savings());
            run(fitted(config, given, plan_comparison, comparison_savings()), options);
        },
        [&](CLI::App& app) { options.add_to(app); });
}
