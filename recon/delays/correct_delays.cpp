#include "recon/delays/correct_delays.h"

#include "core/terminal/log.h"
#include "recon/delays/estimate_delays.h"

namespace tessera {
namespace {

std::string in_words(Delays const& d) {
    return fmt::format("{:.3f}, {:.3f}, {:.3f} samples late along z, y, x; phase {:.3f}, {:.3f}, {:.3f} radians", d.samples[0],
        d.samples[1], d.samples[2], d.phase[0], d.phase[1], d.phase[2]);
}

} // namespace

void correct_delays(Acquisition& a, Matrix const& matrix, DelaysConfig const& config) {
    if (config.kind == DelaysKind::off) return;
    Delays delays = config;
    if (config.kind == DelaysKind::estimate) {
        if (a.kspace.context().rehearses()) {
            delays.samples = delays.phase = {1, 1, 1};
        } else {
            auto const found = estimate_delays(a, matrix);
            log_info("delays: gradients play {}", in_words(found.delays));
            log_info("delays: error of central readouts that the estimate has not seen: {:.4f} without, {:.4f} with them: {}",
                found.error_before, found.error_after, found.better() ? "corrected" : "left as they are");
            if (!found.better()) return;
            delays = found.delays;
        }
    } else {
        log_info("delays: given, {}", in_words(delays));
    }
    auto const late = delayed(a.trajectory, delays.samples);
    if (delays.phase != PerAxis{}) {
        if (!a.kspace.unique()) a.kspace = a.kspace.clone();
        add_gradient_phase(a.kspace, late, -1 * delays.phase);
    }
    a.trajectory = late;
}

void leave_out_beyond(Matrix const& matrix, Tensor<real> const& trajectory, Tensor<real> const& weights) {
    require(trajectory.size() == 3 * weights.size(), "delays: {} weights for a trajectory of shape {}", weights.size(),
        trajectory.shape().str());
    if (weights.context().rehearses()) return;
    auto const k = trajectory.to_host();
    auto values = weights.to_host();
    for (std::size_t p = 0; p < values.size(); ++p)
        for (std::size_t d = 0; d < 3; ++d)
            if (std::abs(k[3 * p + d]) > real(0.5) * static_cast<real>(matrix[2 - d] + 1)) values[p] = 0;
    weights.copy_from(Tensor<real>::from(weights.context(), weights.shape(), values));
}

} // namespace tessera
