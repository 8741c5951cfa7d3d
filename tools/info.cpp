// tessera-info: what is in a k-space file, and what it will take.
#include "core/files/bytes.h"
#include "recon/formats/read.h"
#include "recon/inspection/inspection_page.h"
#include "recon/planner/reconstruction_plan.h"
#include "tools/program/program.h"

using namespace tessera;

namespace {

struct InfoConfig : ScanConfig {
    std::vector<std::filesystem::path> input;
    std::filesystem::path report;
    StatesConfig states;

    void describe(ConfigVisitor& v) {
        v("input", input, "k-space files.", {.required = true});
        v("report", report, "One input: an HTML page to write, with pictures of what is in it; empty: none.");
        ScanConfig::describe(v);
        v("states", states, "States of breathing that the page shows.");
    }
};

/// Memory and time of the methods with their defaults.
report::Table costs_of(InfoConfig const& info, std::filesystem::path const& file) {
    report::Table table;
    table.header = {"method", "device memory", "host memory", "time in s, about"};
    table.caption = "Planned for this machine's CPU, from the file's header";
    Rates const rates = machine_rates(Device::cpu);
    for (auto const method : {Method::gridding, Method::cg_sense, Method::l1_wavelet, Method::tv, Method::mbdl}) {
        ReconConfig config;
        static_cast<ScanConfig&>(config) = info;
        config.input = file;
        config.method = method;
        try {
            auto const plan = plan_reconstruction(Device::cpu, rates, config);
            table.rows.push_back({std::string(config_name(method)), format_bytes(plan.device_peak_bytes),
                format_bytes(plan.host_peak_bytes), report::number(plan.seconds, 2)});
        } catch (Error const& e) {
            table.rows.push_back({std::string(config_name(method)), e.what(), "", ""});
        }
    }
    return table;
}

void write_report(InfoConfig const& config, Acquisition const& scan, RecordedSignals const& recorded) {
    auto const found = inspect(scan, recorded, config, config.states);
    write_text_file(config.report, report::inspection_page(found, costs_of(config, config.input.front())));
    log_info("wrote {}", config.report.string());
}

} // namespace

int main(int argc, char** argv) {
    bool json = false;
    Usage const usage{.name = "tessera-info",
        .purpose = "Says what is in k-space files: sizes, units, geometry, noise, what else they hold, and the memory that they will take.",
        .inputs = "input",
        .several = true,
        .output = false,
        .shortcuts = {{"--report", "report"}},
        .examples = {"tessera-info scan.mrd", "tessera-info scan.mrd --json", "tessera-info scan.mrd --report page.html",
            "tessera-info scan.h5 --set datasets.kspace=raw --set datasets.trajectory=k --set trajectory_units=cycles_per_voxel"},
        .fields = {"format", "datasets", "trajectory", "trajectory_units", "matrix", "encoding", "slice", "contrast"}};
    return program<InfoConfig>(
        usage, argc, argv,
        [&](InfoConfig const& config, std::filesystem::path const&) {
            require(config.report.empty() || config.input.size() == 1, "/report is {}, but there are {} inputs: expected one",
                config.report.string(), config.input.size());
            require_apart({config.report}, {config.input.front()});
            for (auto const& file : config.input) {
                auto const scan = read_acquisition(file, config.read_options());
                auto const recorded = config.untrusted ? RecordedSignals{} : recorded_signals(file);
                auto info = scan_info(scan, recorded);
                if (config.untrusted) info.notes.emplace_back("gating and timestamps were not looked for, as the file is not trusted");
                std::cout << (json ? config_json(info) : text_of(info));
                if (!config.report.empty()) write_report(config, scan, recorded);
            }
        },
        [&](CommandLine& line) { line.add_flag("--json", json, "Print one JSON object for each file"); });
}
