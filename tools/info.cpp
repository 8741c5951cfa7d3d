// tessera-info: what is in a k-space file, and what it will take.
#include "recon/formats/read.h"
#include "recon/methods/recon_config.h"
#include "recon/scan/scan_info.h"
#include "tools/program/program.h"

using namespace tessera;

namespace {

struct InfoConfig : ScanConfig {
    std::vector<std::filesystem::path> input;

    void describe(ConfigVisitor& v) {
        v("input", input, "k-space files.", {.required = true});
        ScanConfig::describe(v);
    }
};

} // namespace

int main(int argc, char** argv) {
    bool json = false;
    Usage const usage{.name = "tessera-info",
        .purpose = "Says what is in k-space files: sizes, units, geometry, noise, what else they hold, and the memory that they will take.",
        .inputs = "input",
        .several = true,
        .output = false,
        .examples = {"tessera-info scan.mrd", "tessera-info scan.mrd --json",
            "tessera-info scan.h5 --set datasets.kspace=raw --set datasets.trajectory=k --set trajectory_units=cycles_per_voxel"},
        .fields = {"format", "datasets", "trajectory", "trajectory_units", "matrix", "encoding", "slice", "contrast"}};
    return program<InfoConfig>(
        usage, argc, argv,
        [&](InfoConfig const& config, std::filesystem::path const&) {
            for (auto const& file : config.input) {
                auto const scan = read_acquisition(file, config.read_options());
                auto info = scan_info(scan, config.untrusted ? RecordedSignals{} : recorded_signals(file));
                if (config.untrusted) info.notes.emplace_back("gating and timestamps were not looked for, as the file is not trusted");
                std::cout << (json ? config_json(info) : text_of(info));
            }
        },
        [&](CommandLine& line) { line.add_flag("--json", json, "Print one JSON object for each file"); });
}
