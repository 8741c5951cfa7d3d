// tessera-recon: from a k-space file to a volume.
#include "core/atomic_folder.h"
#include "core/bytes.h"
#include "core/device.h"
#include "core/progress.h"
#include "recon/formats/read.h"
#include "recon/image_quality.h"
#include "recon/mbdl.h"
#include "recon/methods.h"
#include "recon/results.h"
#include "recon/row_log.h"
#include "tools/program.h"

#include <chrono>
#include <omp.h>

using namespace tessera;
namespace fs = std::filesystem;

namespace {

// Shows how far the method is, and writes the cost of every iteration to cost.csv and cost.jsonl.
class CostReport {
public:
    CostReport(fs::path const& folder, std::string const& method, index_t iterations)
        : progress_(method, iterations), log_(folder / "cost", {"iteration", "cost", "relative_change"}) {}

    void operator()(index_t iteration, double cost, double change) {
        progress_.update(iteration, fmt::format("cost {:.6g}, change {:.1e}", cost, change));
        log_.append({static_cast<double>(iteration), cost, change});
    }

private:
    Progress progress_;
    RowLog log_;
};

Tensor<complex> reconstruct(Context const& context, Scan const& scan, ReconConfig const& config, fs::path const& folder) {
    if (config.method == Method::gridding) return reconstruct_gridding(context, scan, config);
    if (config.method == Method::l1_wavelet) {
        CostReport report(folder, "l1-wavelet", config.l1_wavelet.iterations);
        return reconstruct_l1_wavelet(scan, config, std::ref(report));
    }
    if (config.method == Method::mbdl) {
        std::optional<Progress> progress;
        return reconstruct_mbdl(context, scan, config, [&](index_t done, index_t total) {
            if (!progress) progress.emplace("mbdl", total);
            progress->update(done);
        });
    }
    Progress progress("cg-sense", config.cg.iterations);
    return reconstruct_cg_sense(context, scan, config, [&](index_t iteration, double residual) {
        progress.update(iteration, fmt::format("residual {:.2e}", residual));
    });
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

void run(ReconConfig const& config) {
    auto const start = std::chrono::steady_clock::now();
    if (config.threads) omp_set_num_threads(static_cast<int>(*config.threads));
    Context const context(parse_device(config.device));
    if (config.memory_limit_gib)
        context.allocator().set_limit(static_cast<std::size_t>(*config.memory_limit_gib * static_cast<double>(std::size_t{1} << 30)));

    auto acquisition = read_acquisition(config.input, config.read_options());
    AtomicFolder folder(config.output); // before the work: hours may pass until there is something to write
    LogFile const log(folder.temporary() / "log.txt");
    log_info("tessera-recon {}: {} on {}", TESSERA_VERSION, config.input.string(), device_name(context.device()));

    auto const scan = prepare_scan(context, std::move(acquisition), config, needs_maps(config));
    auto const image = reconstruct(context, scan, config, folder.temporary()).to(Context());
    write_results(folder.temporary(), image, scan.geometry, config.outputs);
    write_resolved(folder.temporary() / "config.json", config);
    if (scan.expected) report_metrics(image, *scan.expected);
    folder.commit();
    log_info("wrote {} after {} (peak memory on {}: {})", config.output.string(),
        format_duration(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()), device_name(context.device()),
        format_bytes(context.allocator().use().peak));
}

} // namespace

int main(int argc, char** argv) {
    return program<ReconConfig>("tessera-recon", "Reconstructs non-Cartesian MRI k-space.", argc, argv, run);
}
