#include "recon/motion/phase_drift.h"

#include "core/terminal/log.h"
#include "recon/acquisition/readout_phase.h"
#include "recon/motion/central_samples.h"
#include "recon/motion/time_bins.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tessera {
namespace {

constexpr double kStep = 5, kSteps = 40; // seconds; steps in a scan of unknown times
constexpr double kWidth = 3;             // of the smoothing, in steps
constexpr int kPasses = 4;               // each finds what smoothing hid from the one before

/// A coil at k = 0, smooth in time.
std::vector<std::complex<double>> slow(TimeBins const& bins, CentralSamples const& centre, std::size_t coil) {
    std::vector<double> re, im;
    for (auto const& v : centre.values[coil]) {
        re.push_back(v.real());
        im.push_back(v.imag());
    }
    auto const x = smoothed(bins.gather(re, centre.readouts), kWidth), y = smoothed(bins.gather(im, centre.readouts), kWidth);
    std::vector<std::complex<double>> values;
    for (std::size_t b = 0; b < x.size(); ++b) values.emplace_back(x[b], y[b]);
    return values;
}

/// Common to all coils, in the middle of each step: the angles from one to the next added up.
TimeSeries angles(TimeBins const& bins, CentralSamples const& centre) {
    std::vector<std::complex<double>> turns(bins.count()); // from the step before
    for (std::size_t c = 0; c < centre.values.size(); ++c) {
        auto const values = slow(bins, centre, c);
        for (std::size_t b = 1; b < values.size(); ++b) turns[b] += values[b] * std::conj(values[b - 1]);
    }
    TimeSeries angles(turns.size());
    for (std::size_t b = 1; b < angles.size(); ++b) angles[b] = angles[b - 1] + std::arg(turns[b]);
    return angles;
}

} // namespace

std::vector<double> phase_drift(Acquisition const& a) {
    auto centre = central_samples(a);
    std::vector<double> drift(static_cast<std::size_t>(a.readouts()));
    if (centre.readouts.size() < 2) return drift;
    TimeBins const bins(times_of(a), centre.readouts, knows_times(a) ? kStep : static_cast<double>(a.readouts()) / kSteps);
    for (int i = 0; i < kPasses; ++i) {
        auto const more = bins.at_readouts(angles(bins, centre));
        for (std::size_t r = 0; r < drift.size(); ++r) drift[r] += more[r];
        for (auto& coil : centre.values)
            for (std::size_t j = 0; j < coil.size(); ++j) coil[j] *= std::polar(1.0, -more[static_cast<std::size_t>(centre.readouts[j])]);
    }
    double const mean = std::accumulate(drift.begin(), drift.end(), 0.0) / static_cast<double>(drift.size());
    for (double& v : drift) v -= mean;
    return drift;
}

void remove_phase_drift(Acquisition& a) {
    if (!a.kspace.unique()) a.kspace = a.kspace.clone();
    if (a.kspace.context().rehearses()) return;
    auto const drift = phase_drift(a);
    auto const [least, most] = std::minmax_element(drift.begin(), drift.end());
    log_info("phase: drifts over {:.2f} radians at k = 0 during the scan; taken off", *most - *least);
    add_readout_phase(a.kspace, drift, -1);
}

} // namespace tessera
