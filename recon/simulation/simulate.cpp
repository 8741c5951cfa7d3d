#include "recon/simulation/simulate.h"

#include "core/arrays/passes.h"
#include "recon/acquisition/noise.h"
#include "recon/acquisition/readout_phase.h"
#include "recon/acquisition/resample.h"
#include "recon/nufft/nufft.h"
#include "recon/simulation/breathing.h"
#include "recon/simulation/ellipsoids.h"
#include "recon/simulation/source_volume.h"

namespace tessera {
namespace {

constexpr std::uint64_t kScanNoise = 16, kPrescanNoise = 17; // streams of the seed

void check(SimulationConfig const& c) {
    require(c.supersample >= 1, "simulate: supersample is {}, expected 1 or more", c.supersample);
    require(c.coils_per_pass >= 1, "simulate: coils_per_pass is {}, expected 1 or more", c.coils_per_pass);
    require(!c.snr || *c.snr > 0, "simulate: snr is {}, expected a positive number or null", c.snr.value_or(0));
    require(c.file.empty() || c.anatomy == Anatomy::file, "simulate: /file is {}, but /anatomy is \"{}\": expected \"file\"",
        c.file.string(), config_name(c.anatomy));
    if (c.kspace == KspacePath::analytic)
        require(c.anatomy == Anatomy::ellipsoids && c.coils.coils == 1 && c.phase == 0,
            "simulate: k-space is known in closed form for anatomy \"ellipsoids\" with 1 coil and phase 0 only (found {} coils, phase {})",
            c.coils.coils, c.phase);
    require(c.kspace != KspacePath::analytic || c.breathing.amplitude_mm == 0,
        "simulate: /breathing/amplitude_mm is {}, but k-space in closed form is that of an object at rest", c.breathing.amplitude_mm);
    require(c.breathing.held_mm == 0 || (c.breathing.amplitude_mm == 0 && c.kspace != KspacePath::analytic),
        "simulate: /breathing/held_mm is {}: expected /breathing/amplitude_mm 0 and /kspace \"fine_grid\"", c.breathing.held_mm);
}

/// Tells how many coils of all states are done.
using Told = std::function<void(index_t)>;

/// K-space [coil, readout, sample] of the coils' views of a fine volume, in passes over the coils.
Tensor<complex> transform(Context const& context, SimulationConfig const& config, SourceVolume const& source, CoilArray const& array,
    Tensor<real> const& trajectory, Told const& progress) {
    SamplingGrid const fine = source.grid.refined(config.supersample);
    index_t const coils = config.coils.coils, points = trajectory.size() / 3, voxels = source.values.size();
    Nufft const nufft(context, fine.matrix, trajectory, {.accuracy = 1e-6, .oversampling = 2, .coils_per_pass = config.coils_per_pass});
    // unitary on the coarse matrix: its voxels are larger and fewer
    Matrix const& m = source.grid.matrix;
    auto const scale = static_cast<real>(std::sqrt(static_cast<double>(m[0] * m[1] * m[2]) / static_cast<double>(voxels)));

    Tensor<complex> const kspace(Context(Device::cpu), {coils, points});
    in_passes(coils, config.coils_per_pass, [&](index_t begin, index_t end) {
        Tensor<complex> const views = array.maps(fine, begin, end);
        for (index_t c = 0; c < end - begin; ++c) {
            complex* const view = views[c].data();
#pragma omp parallel for
            for (index_t i = 0; i < voxels; ++i) view[i] = scale * (view[i] * source.values.data()[i]);
        }
        Tensor<complex> const result(context, {end - begin, points});
        nufft.forward(views.to(context), result);
        kspace.slice(begin, end).copy_from(result);
        if (progress) progress(end);
    });
    return kspace.reshape({coils, trajectory.shape()[0], trajectory.shape()[1]});
}

/// K-space of an object that breathes, at k [readout, sample, 3]: each readout sees the nearest of a few states.
Tensor<complex> transform_states(Context const& context, SimulationConfig const& config, SourceVolume const& source, CoilArray const& array,
    Acquisition const& scan, Tensor<real> const& k, Told const& progress) {
    SamplingGrid const fine = source.grid.refined(config.supersample);
    auto const states = readouts_by_state(scan.respiration, config.breathing.states);
    double const largest = *std::max_element(scan.respiration.begin(), scan.respiration.end());
    Vector3 const& fov = scan.geometry.fov_mm;
    double const unit = std::max({fov[0], fov[1], fov[2]}); // of the grid, in mm
    Tensor<complex> const kspace(Context(Device::cpu), {config.coils.coils, k.shape()[0], k.shape()[1]});
    for (std::size_t s = 0; s < states.size(); ++s) {
        index_t const n = std::ssize(states[s]);
        if (n == 0) continue;
        Tensor<real> const trajectory(k.context(), {n, k.shape()[1], 3});
        for (index_t i = 0; i < n; ++i) trajectory[i].copy_from(k[states[s][static_cast<std::size_t>(i)]]);
        SourceVolume state = source;
        state.values = inspired(source.values, fine, largest / unit * static_cast<double>(s) / static_cast<double>(states.size() - 1));
        auto const part = transform(context, config, state, array, trajectory, {});
        for (index_t c = 0; c < config.coils.coils; ++c)
            for (index_t i = 0; i < n; ++i) kspace[c][states[s][static_cast<std::size_t>(i)]].copy_from(part[c][i]);
        if (progress) progress(config.coils.coils * static_cast<index_t>(s + 1) / std::ssize(states));
    }
    return kspace;
}

/// The source with the breath held; its vessels have moved, and are no longer known.
SourceVolume held(SourceVolume source, SimulationConfig const& config) {
    if (config.breathing.held_mm == 0) return source;
    Vector3 const& fov = source.geometry.fov_mm;
    double const way = config.breathing.held_mm / std::max({fov[0], fov[1], fov[2]});
    source.values = inspired(source.values, source.grid.refined(config.supersample), way);
    source.vessels.clear();
    return source;
}

/// A phase that grows evenly by `radians` from the first readout to the last.
std::vector<double> even_drift(double radians, index_t readouts) {
    std::vector<double> phase(static_cast<std::size_t>(readouts));
    for (std::size_t r = 0; r < phase.size(); ++r)
        phase[r] = radians * static_cast<double>(r) / static_cast<double>(std::max<index_t>(1, readouts - 1));
    return phase;
}

} // namespace

Acquisition simulate(Context const& context, SimulationConfig const& config, std::function<void(index_t)> const& progress) {
    check(config);
    SourceVolume const source = held(make_source_volume(config), config);
    CoilArray const array(config.coils, source.grid.extent);
    index_t const coils = config.coils.coils;

    Acquisition scan;
    scan.matrix = source.grid.matrix;
    scan.geometry = source.geometry;
    scan.vessels = source.vessels;
    scan.source = "simulation";
    scan.format = "simulation";
    scan.trajectory = make_trajectory(config.trajectory, scan.matrix);
    bool const breathes = config.breathing.amplitude_mm > 0;
    if (breathes) {
        scan.respiration = breathing_course(config.breathing, scan.trajectory.shape()[0], config.seed);
        for (std::size_t r = 0; r < scan.respiration.size(); ++r)
            scan.times.push_back(1e-3 * config.breathing.repetition_time_ms * static_cast<double>(r));
    }
    auto const played = delayed(scan.trajectory, config.delays.samples);
    if (config.kspace == KspacePath::analytic) {
        auto const kspace = EllipsoidPhantom::head().kspace(source.grid, played);
        scan.kspace = kspace.reshape(kspace.shape().prepended(1));
    } else if (breathes) {
        scan.kspace = transform_states(context, config, source, array, scan, played, progress);
    } else {
        scan.kspace = transform(context, config, source, array, played, progress);
    }
    add_gradient_phase(scan.kspace, played, config.delays.phase);
    if (config.phase_drift != 0) add_readout_phase(scan.kspace, even_drift(config.phase_drift, scan.readouts()));
    scan.reference = band_limited(source.values, scan.matrix);
    if (config.maps) scan.maps = array.maps(source.grid);
    if (config.snr) {
        CoilNoise const noise(noise_covariance(array, config.coils, config.seed));
        noise.add_to(scan.kspace, 1 / *config.snr, config.seed, kScanNoise);
        if (config.noise_samples > 0) {
            scan.noise = Tensor<complex>::zeros(Context(Device::cpu), {coils, config.noise_samples});
            noise.add_to(*scan.noise, 1 / *config.snr, config.seed, kPrescanNoise);
        }
    }
    add_spikes(scan.kspace, config.breathing.spikes, config.seed);
    return scan;
}

} // namespace tessera
