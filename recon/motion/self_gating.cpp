#include "recon/motion/respiratory_signal.h"

#include <Eigen/Dense>
#include <numbers>

namespace tessera {
namespace {

constexpr std::size_t kFewest = 32;

CentralSamples without(CentralSamples const& centre, std::vector<index_t> const& readouts) {
    CentralSamples rest;
    rest.values.resize(centre.values.size());
    for (std::size_t i = 0; i < centre.readouts.size(); ++i) {
        if (std::binary_search(readouts.begin(), readouts.end(), centre.readouts[i])) continue;
        rest.readouts.push_back(centre.readouts[i]);
        for (std::size_t c = 0; c < rest.values.size(); ++c) rest.values[c].push_back(centre.values[c][i]);
    }
    return rest;
}

/// Magnitude and phase of every coil, the phase as a length: the angle to the coil's mean times its magnitude.
std::vector<std::vector<double>> magnitudes_and_phases(CentralSamples const& centre) {
    std::vector<std::vector<double>> features;
    for (auto const& coil : centre.values) {
        std::complex<double> mean = 0;
        for (auto const& v : coil) mean += v / static_cast<double>(coil.size());
        std::vector<double> magnitude, phase;
        for (auto const& v : coil) {
            magnitude.push_back(std::abs(v));
            phase.push_back(std::abs(mean) * std::arg(v * std::conj(mean)));
        }
        features.push_back(magnitude);
        features.push_back(phase);
    }
    return features;
}

/// [time, feature] in columns.
Eigen::MatrixXd columns(std::vector<TimeSeries> const& features) {
    Eigen::MatrixXd matrix(std::ssize(features.front()), std::ssize(features));
    for (Eigen::Index f = 0; f < matrix.cols(); ++f)
        matrix.col(f) = Eigen::Map<Eigen::VectorXd const>(features[static_cast<std::size_t>(f)].data(), matrix.rows());
    return matrix;
}

TimeSeries series_of(Eigen::VectorXd const& values) { return {values.begin(), values.end()}; }

} // namespace

RespiratorySignal self_gating_signal(Acquisition const& a, CentralSamples const& with_outliers, std::vector<index_t> const& outliers) {
    auto const centre = without(with_outliers, outliers);
    require(centre.readouts.size() >= kFewest,
        "{}: gating: {} of {} readouts pass the centre of k-space, from which breathing is read: expected {} at least", a.source,
        centre.readouts.size(), a.readouts(), kFewest);
    auto const features = magnitudes_and_phases(centre);
    RespiratorySignal signal{{}, breathing_band(a, features, centre.readouts), {}, fmt::format("k = 0 of {} coils", a.coils())};
    TimeBins const bins(times_of(a), centre.readouts, signal.band.step());

    // A Gaussian of this deviation halves, about, the power at a frequency.
    double const cycle = 1 / (2 * std::numbers::pi * bins.length()), fast = 0.8 * cycle / signal.band.high,
                 slow = 2 * cycle / signal.band.low;
    std::vector<TimeSeries> raw, breathing;
    for (auto const& feature : features) {
        raw.push_back(without_line(bins.gather(feature, centre.readouts)));
        auto const drift = smoothed(raw.back(), slow);
        TimeSeries rest = raw.back();
        for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= drift[i];
        breathing.push_back(smoothed(rest, fast));
    }
    Eigen::MatrixXd const x = columns(breathing);
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(x.transpose() * x);
    Eigen::VectorXd const component = solver.eigenvectors().rightCols(1); // eigenvalues increase
    TimeSeries const breath = series_of(x * component);
    signal.power = breathing_power(series_of(columns(raw) * component), bins.length(), signal.band);
    signal.values = bins.at_readouts(breath);
    if (quantile(breath, 0.05) + quantile(breath, 0.95) < 2 * quantile(breath, 0.5))
        for (double& v : signal.values) v = -v;
    return signal;
}

} // namespace tessera
