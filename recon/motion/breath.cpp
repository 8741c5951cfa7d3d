#include "recon/motion/breath.h"

#include "core/terminal/log.h"
#include "recon/motion/respiratory_signal.h"

#include <algorithm>

namespace tessera {
namespace {

bool is_path(GatingConfig const& config) { return config.signal != "auto" && config.signal != "file" && config.signal != "self"; }

RespiratorySignal find_signal(Acquisition const& a, CentralSamples const& centre, std::vector<index_t> const& outliers,
    GatingConfig const& config) {
    require(config.signal != "file" || !a.respiration.empty(),
        "{}: /gating/signal is file, but the file has no respiratory signal: take self, or the path of a file of numbers", a.source);
    bool const self = config.signal == "self" || (config.signal == "auto" && a.respiration.empty());
    auto signal = self ? self_gating_signal(a, centre, outliers) : recorded_signal(a);
    log_info("gating: breathing {}, {}, trust {:.2f}", self ? "seen in " + signal.from : signal.from, signal.rate(), signal.power.trust);
    if (self)
        require(signal.power.trust >= config.trust,
            "{}: gating: k = 0 shows no breathing: trust is {:.2f}, expected at least {:.2f} (/gating/trust); /gating/signal names another signal",
            a.source, signal.power.trust, config.trust);
    else if (signal.power.trust < config.trust)
        log_warn("gating: little of the recorded signal is breathing: trust is {:.2f}, usual is more than {:.2f}", signal.power.trust,
            config.trust);
    return signal;
}

std::vector<index_t> without(Acquisition const& a, std::vector<index_t> const& outliers) {
    std::vector<index_t> steady;
    for (index_t r = 0; r < a.readouts(); ++r)
        if (!std::binary_search(outliers.begin(), outliers.end(), r)) steady.push_back(r);
    require(!steady.empty(), "{}: gating: all {} readouts are outliers", a.source, a.readouts());
    if (std::ssize(steady) < a.readouts())
        log_info("gating: {} outliers of {} readouts left out", a.readouts() - std::ssize(steady), a.readouts());
    return steady;
}

} // namespace

void read_signal(Acquisition& a, GatingConfig const& config) {
    if (is_path(config)) a.respiration = read_numbers(config.signal, a.readouts());
}

std::vector<index_t> steady_readouts(Acquisition const& a, bool outliers) {
    return outliers ? without(a, outlying_readouts(central_samples(a))) : without(a, {});
}

Breath find_breath(Acquisition const& a, GatingConfig const& config, bool outliers) {
    auto const centre = central_samples(a);
    auto const found = outlying_readouts(centre);
    Breath breath{without(a, outliers ? found : std::vector<index_t>()), {}};
    auto const signal = find_signal(a, centre, found, config);
    auto const values = config.drift ? without_drift(a, signal) : signal.values;
    for (index_t const r : breath.readouts) breath.values.push_back(values[static_cast<std::size_t>(r)]);
    return breath;
}

} // namespace tessera
