#include "recon/states/state_scans.h"

#include "core/device/stage.h"
#include "core/terminal/progress.h"
#include "recon/delays/correct_delays.h"
#include "recon/motion/breath.h"
#include "recon/motion/gating.h"
#include "recon/motion/phase_drift.h"
#include "recon/motion/states.h"
#include "recon/nufft/point_selection.h"

#include <numeric>

namespace tessera {

StateScans::StateScans(Context const& context, Acquisition a, ScanConfig const& config, StatesConfig const& states, bool maps)
    : density_(config.density), delays_corrected_(config.delays.kind != DelaysKind::off), first_{0} {
    read_signal(a, config.gating);
    if (config.readouts) a = select_readouts(a, (*config.readouts)[0], (*config.readouts)[1]);
    if (config.phase_drift) remove_phase_drift(a);
    std::vector<index_t> order;
    for (auto const& readouts : readouts_of_states(a, config.gating, states)) {
        order.insert(order.end(), readouts.begin(), readouts.end());
        first_.push_back(std::ssize(order));
    }
    a = take_readouts(a, order);
    ScanConfig whole = config; // of which the readouts are chosen
    whole.readouts.reset();
    whole.phase_drift = false; // readouts are no longer in the order of time
    whole.gating = {};
    all_ = prepare_scan(context, std::move(a), whole, maps);
}

Scan StateScans::operator[](std::size_t state) const {
    Context const &context = all_.weights.context(), host = context.host();
    index_t const first = first_.at(state), readouts = first_.at(state + 1) - first, samples = all_.samples;
    index_t const begin = first * samples, points = readouts * samples;
    PointSelection chosen{all_.readouts * samples, samples, std::vector<index_t>(static_cast<std::size_t>(readouts))};
    std::iota(chosen.runs.begin(), chosen.runs.end(), first);

    Acquisition part; // what density compensation looks at
    part.source = fmt::format("state {}", state + 1);
    part.trajectory = all_.trajectory.slice(begin, begin + points).to(host).reshape({readouts, samples, 3});
    part.weights = all_.weights.slice(begin, begin + points).to(host).reshape({readouts, samples});
    Stage const stage(context, "density");
    Progress progress("density compensation of " + part.source, density_.iterations);

    Scan scan = all_;
    scan.readouts = readouts;
    scan.kspace = taken(host, chosen, all_.kspace, all_.kspace.shape()[0]);
    scan.weights = density_weights(context, all_.matrix, part, density_, [&](index_t done) { progress.update(done); }).reshape({points});
    if (delays_corrected_) leave_out_beyond(all_.matrix, part.trajectory, scan.weights);
    scan.trajectory = part.trajectory.to(context).reshape({points, 3});
    return scan;
}

} // namespace tessera
