#include "recon/sense/scan_part.h"

#include "core/device/stage.h"

#include <numeric>

namespace tessera {

HostPart part_of(Scan const& scan, std::vector<index_t> const& readouts, SortedTrajectory const* sorted) {
    HostPart part{{scan.readouts * scan.samples, scan.samples, readouts}, scan.trajectory, scan.weights, {}};
    if (part.chosen.everything()) {
        if (sorted) part.sorted = *sorted;
        return part;
    }
    Context const host = scan.weights.context().host();
    index_t const points = part.chosen.points();
    part.trajectory = taken(host, part.chosen, scan.trajectory, 1).reshape({points, 3});
    part.weights = taken(host, part.chosen, scan.weights, 1).reshape({points});
    double const growth = static_cast<double>(scan.readouts) / static_cast<double>(readouts.size());
    if (!host.rehearses())
        for (real& w : part.weights.host()) w = static_cast<real>(growth * static_cast<double>(w));
    if (sorted) part.sorted = sorted->part(part.chosen);
    return part;
}

ScanPart part_in(Context const& context, HostPart const& part, Matrix const& matrix, NufftConfig const& config) {
    Stage const stage(context, "NUFFT set-up");
    ScanPart there{part.chosen, readable_in(context, part.trajectory), readable_in(context, part.weights), {}};
    PointSelection all{part.chosen.points(), part.chosen.length, std::vector<index_t>(part.chosen.runs.size())};
    std::iota(all.runs.begin(), all.runs.end(), 0);
    there.nufft = part.sorted ? std::make_shared<Nufft>(context, *part.sorted, all, config.coils_per_pass)
                              : std::make_shared<Nufft>(context, matrix, there.trajectory, config);
    return there;
}

} // namespace tessera
