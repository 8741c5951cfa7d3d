// tessera-recon: from a k-space file to a volume.
#include "core/files/atomic_folder.h"
#include "core/files/bytes.h"
#include "core/device/stage.h"
#include "core/device/device.h"
#include "core/terminal/progress.h"
#include "recon/methods/choose_lambda.h"
#include "recon/formats/read.h"
#include "recon/metrics/image_quality.h"
#include "recon/methods/outputs.h"
#include "core/files/row_log.h"
#include "recon/planner/reconstruction_plan.h"
#include "tools/method_bars.h"
#include "tools/planning.h"
#include "tools/program.h"

#include <chrono>

using namespace tessera;
namespace fs = std::filesystem;

namespace {

// The image; a sweep and the cost of every iteration are written to the folder.
Tensor<complex> reconstruct(Scan const& scan, ReconConfig const& config, fs::path const& folder) {
    std::string const method(config_name(config.method));
    auto const choice = [&] {
        MethodBars bars;
        return choose_lambda(scan, config, config, bars.listen(method));
    }();
    if (!choice.rows.empty()) write_text_file(folder / "sweep.csv", csv(choice));
    MethodBars bars;
    auto progress = bars.listen(method);
    std::optional<RowLog> costs;
    progress.cost = [&](index_t iteration, double cost, double change) {
        if (!costs) costs.emplace(folder / "cost", std::vector<std::string>{"iteration", "cost", "relative_change"});
        costs->append({static_cast<double>(iteration), cost, change});
    };
    return Reconstructor(scan, config)(choice.config, progress);
}

void report_metrics(Tensor<complex> const& image, Tensor<real> const& expected) {
    auto const found = magnitude(image);
    auto const whole = quality(found, expected);
    fmt::print("{}  (magnitude against the reference, data range {:.4g}, after a scale of {:.4g})\n", summary(whole), whole.data_range, whole.scale);
    auto const mask = object_mask(expected);
    auto const object = quality(found, expected, mask);
    double inside = 0;
    for (real const m : mask.host()) inside += m;
    fmt::print("in the object ({:.0f} % of the voxels): {}  (data range {:.4g}, after a scale of {:.4g})\n",
        100 * inside / static_cast<double>(mask.size()), summary(object), object.data_range, object.scale);
}

void run(ReconConfig const& config, PlanOptions const& options) {
    auto const start = std::chrono::steady_clock::now();
    auto const context = make_context(config);
    auto acquisition = [&] {
        Stage const stage(context, "file");
        return read_acquisition(config.input, config.read_options(), context.host());
    }();
    AtomicFolder folder(config.output); // before the work: hours may pass until there is something to write
    LogFile const log(folder.temporary() / "log.txt");
    log_info("tessera-recon {}: {} on {}", TESSERA_VERSION, config.input.string(), device_name(context.device()));

    auto const scan = prepare_scan(context, std::move(acquisition), config, config.needs_maps());
    auto const image = with_less_memory(config, reconstruction_savings(), [&](ReconConfig const& c) { return reconstruct(scan, c, folder.temporary()); }).to(context.host());
    write_results(folder.temporary(), image, scan.geometry, config.outputs);
    write_resolved(folder.temporary() / "config.json", config);
    if (scan.expected) report_metrics(image, *scan.expected);
    options.write_profile(folder.temporary(), context);
    folder.commit();
    log_info("wrote {} after {} (peak memory on {}: {})", config.output.string(),
        format_duration(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()), device_name(context.device()),
        format_bytes(context.allocator().use().peak));
}

} // namespace

int main(int argc, char** argv) {
    PlanOptions options;
    return program<ReconConfig>(
        "tessera-recon", "Reconstructs non-Cartesian MRI k-space.", argc, argv,
        [&](ReconConfig const& config, std::vector<std::string> const& given) {
            if (options.plan) return print_plan(config, given, options, plan_reconstruction, reconstruction_savings());
            run(fitted(config, given, plan_reconstruction, reconstruction_savings()), options);
        },
        [&](CLI::App& app) { options.add_to(app); });
}
