// The states of a simulated thorax whose breath is known: their data, their operators, and methods that see them all.
#include "core/arrays/vector_ops.h"
#include "recon/compressed_sensing/total_variation.h"
#include "recon/formats/read.h"
#include "recon/metrics/image_quality.h"
#include "recon/motion/states.h"
#include "recon/sense/held_out.h"
#include "recon/sense/sense_model.h"
#include "recon/simulation/breathing.h"
#include "recon/states/joint_states.h"
#include "recon/states/state_images.h"
#include "recon/states/states_model.h"
#include "tests/support/acquisitions.h"
#include "tests/support/breathing_scan.h"
#include "tests/support/operator_tests.h"

using namespace tessera;
using namespace tessera::test;

namespace {

Acquisition const& breathing_scan() {
    static Acquisition const scan = simulate(Context(), breathing_thorax());
    return scan;
}

ReconConfig with_states(index_t count) {
    ReconConfig config;
    config.states.count = count;
    config.gating.signal = "file";
    config.gating.drift = false;
    config.gating.outliers = false;
    config.maps.source = MapsSource::file;
    config.density.kind = DensityKind::radial;
    config.cg.iterations = 8;
    return config;
}

StateScans scans(Context const& context, ReconConfig const& config) { return {context, breathing_scan(), config, config.states, true}; }

/// A scan that the test device can do: nothing in it breathes but its signal.
Acquisition const& small_acquisition() {
    static Acquisition const scan = random_acquisition(2, 12, 7, {4, 6, 5});
    return scan;
}

StateScans small_scans(Context const& context, ReconConfig& config) {
    config.density.kind = DensityKind::file;
    config.maps.resolution = MapsResolution::full;
    return {context, small_acquisition(), config, config.states, true};
}

/// What a model of one state waits as.
WaitingModel waiting_model(Scan scan, CoilMaps const& maps, NufftConfig const& config, NormalOperator normal) {
    Context const& ctx = maps.context();
    scan.trajectory = scan.trajectory.to(ctx.host());
    scan.weights = scan.weights.to(ctx.host());
    SortedTrajectory const sorted(ctx, scan.matrix, scan.trajectory, config);
    auto const part = part_of(scan, all_readouts(scan.readouts), &sorted);
    return {*sense_model(maps, part_in(ctx, part, scan.matrix, config), config, normal), part};
}

/// Bytes of the device that a normal operator takes beside what lives.
std::size_t peak_of(StatesModel const& model, Context const& ctx, Tensor<complex> const& x, Tensor<complex> const& z) {
    ctx.allocator().reset_peak();
    auto const before = ctx.allocator().use().live;
    model.normal(x, z);
    return ctx.allocator().use().peak - before;
}

/// The mean way of the diaphragm in a state, in mm.
double way_of(std::vector<index_t> const& readouts) {
    double sum = 0;
    for (index_t const r : readouts) sum += breathing_scan().respiration[static_cast<std::size_t>(r)];
    return sum / static_cast<double>(readouts.size());
}

/// What coils make of an object whose maps have another root sum of squares than 1.
real shading(index_t voxel) {
    auto const& maps = *breathing_scan().maps;
    index_t const voxels = maps.shape().tail().size();
    double squares = 0;
    for (index_t c = 0; c < maps.shape()[0]; ++c) squares += norm2(maps.data()[c * voxels + voxel]);
    return static_cast<real>(std::sqrt(squares));
}

/// NRMSE of the magnitude of each state against the object at the state's mean way.
std::vector<double> errors(ReconConfig const& config) {
    Acquisition const& a = breathing_scan();
    auto const made = reconstruct_states(scans(Context(), config), config);
    auto const readouts = readouts_of_states(a, config.gating, config.states);
    SamplingGrid const grid(a.matrix, a.geometry.fov_mm);
    double const unit = std::max({a.geometry.fov_mm[0], a.geometry.fov_mm[1], a.geometry.fov_mm[2]});
    std::vector<double> found;
    for (std::size_t s = 0; s < readouts.size(); ++s) {
        auto const truth = magnitude(inspired(*a.reference, grid, way_of(readouts[s]) / unit));
        for (index_t i = 0; i < truth.size(); ++i) truth.data()[i] *= shading(i);
        found.push_back(nrmse(magnitude(made.images[static_cast<index_t>(s)]), truth, object_mask(truth)));
    }
    return found;
}

double mean(std::vector<double> const& values) {
    double sum = 0;
    for (double const v : values) sum += v;
    return sum / static_cast<double>(values.size());
}

} // namespace

TEST_CASE("a state has its readouts as they were whitened with all others", "[states]") {
    Context const ctx = each_device();
    auto config = with_states(3);
    auto const states = small_scans(ctx, config);
    REQUIRE(states.count() == 3);
    Scan const& all = states.all();
    auto const readouts = readouts_of_states(small_acquisition(), config.gating, config.states);
    index_t first = 0;
    for (std::size_t s = 0; s < 3; ++s) {
        Scan const state = states[s];
        index_t const n = std::ssize(readouts[s]), samples = all.samples;
        CHECK(state.readouts == n);
        CHECK(state.weights.shape() == Shape{n * samples});
        CHECK(relative_error(state.kspace[1].to_host(), all.kspace[1].reshape({all.readouts, samples}).slice(first, first + n).to_host()) ==
            0);
        auto const k = state.trajectory.to_host();
        auto const last = small_acquisition().trajectory[readouts[s].back()];
        CHECK(std::equal(last.data(), last.data() + 3 * samples, k.end() - 3 * samples));
        first += n;
    }
    CHECK(first == 12);
}

TEST_CASE("a third of the readouts stand for three times as much each", "[states]") {
    auto const states = scans(Context(), with_states(3));
    double own = 0, shared = 0;
    for (std::size_t s = 0; s < 3; ++s)
        for (real const w : states[s].weights.to_host()) own += w;
    for (real const w : states.all().weights.to_host()) shared += w;
    CHECK(own / shared == Approx(3).epsilon(0.1));
}

TEST_CASE("the operator of all states is that of each, Hermitian, and takes the device's memory of one", "[states]") {
    Context const ctx = each_device();
    auto const normal = GENERATE(NormalOperator::toeplitz, NormalOperator::gridded);
    auto config = with_states(GENERATE(2, 4));
    auto const states = small_scans(ctx, config);
    CoilMaps const& maps = states.all().maps;
    std::vector<WaitingModel> waiting;
    std::vector<std::vector<complex>> expected;
    Shape const volume = maps.shape().tail();
    auto const values = random_complex(static_cast<std::size_t>(volume.size()) * states.count(), 3);
    for (std::size_t s = 0; s < states.count(); ++s) {
        Scan const scan = states[s];
        auto const model = sense_model(maps, {scan.kspace, scan.trajectory, scan.weights}, config.nufft, normal);
        Tensor<complex> const result(ctx, volume);
        auto const begin = values.begin() + static_cast<std::ptrdiff_t>(s) * volume.size();
        model->normal(Tensor<complex>::from(ctx, volume, std::vector<complex>(begin, begin + volume.size())), result);
        expected.push_back(result.to_host());
        waiting.push_back(waiting_model(scan, maps, config.nufft, normal));
    }
    StatesModel const model(maps, config.nufft, std::move(waiting));
    check_hermitian_normal(model, tolerance(1e-5, 1e-12));
    auto const x = Tensor<complex>::from(ctx.host(), model.domain(), values);
    Tensor<complex> const z(ctx.host(), model.domain());
    auto const peak = static_cast<double>(peak_of(model, ctx, x, z));
    for (std::size_t s = 0; s < expected.size(); ++s)
        CHECK(relative_error(z[static_cast<index_t>(s)].to_host(), expected[s]) < tolerance(2e-6, 1e-13));

    double largest = 0; // of one state alone
    for (std::size_t s = 0; s < states.count(); ++s) {
        StatesModel const alone(maps, config.nufft, {waiting_model(states[s], maps, config.nufft, normal)});
        largest = std::max(largest, static_cast<double>(peak_of(alone, ctx, x.slice(0, 1), z.slice(0, 1))));
    }
    CHECK(peak <= 1.02 * largest);
}

TEST_CASE("without regularisation states are apart, with much of it they are one image", "[states]") {
    auto config = with_states(2);
    config.method = Method::xd_grasp;
    config.xd_grasp.iterations = 30;
    config.xd_grasp.tolerance = 0;
    config.xd_grasp.tikhonov = 0;
    auto const states = scans(Context(), config);
    config.xd_grasp.lambda = 0;
    auto const apart = reconstruct_jointly(states, config.nufft, config);
    config.xd_grasp.lambda = 100;
    auto const one = reconstruct_jointly(states, config.nufft, config);
    CHECK(relative_error(one[0].to_host(), one[1].to_host()) < 0.02);
    CHECK(relative_error(apart[0].to_host(), apart[1].to_host()) > 0.1);
    // the same iterations of one state alone
    auto const problem = least_squares(states[1], config.nufft, NormalOperator::toeplitz);
    TotalVariation none(problem.data.b.context(), {32, 32, 32}, 1);
    auto const alone = proximal_gradient(problem, none, {.lambda = 0, .iterations = 30}).image;
    axpby(problem.scale, alone, 0, alone);
    CHECK(relative_error(apart[1].to_host(), alone.to_host()) < 0.02);
}

TEST_CASE("states come nearer to their own truth together than one by one", "[states]") {
    auto config = with_states(6);
    auto const apart = errors(config);
    config.method = Method::xd_grasp;
    auto const xd = errors(config);
    config.method = Method::llr;
    auto const llr = errors(config);
    CAPTURE(apart, xd, llr);
    CHECK(mean(xd) < 0.9 * mean(apart));
    CHECK(mean(llr) < 0.9 * mean(apart));
    // and than one image of all readouts at the outermost states
    config.method = Method::cg_sense;
    auto const all = prepare_scan(Context(), breathing_scan(), config, true);
    auto const still = magnitude(Reconstructor(all, config)(config));
    CHECK(xd.front() < 0.8 * nrmse(still, *all.expected, object_mask(*all.expected)));
}

TEST_CASE("what is for one image only is refused for several states", "[states]") {
    auto config = with_states(2);
    auto const refused = [&](auto const& change) {
        auto other = config;
        change(other);
        return message_of([&] { require_possible_with_states(other); });
    };
    CHECK(refused([](ReconConfig&) {}) == "no error");
    CHECK_THAT(refused([](ReconConfig& c) { c.trust = true; }), Catch::Contains("/trust is for one image only"));
    CHECK_THAT(refused([](ReconConfig& c) { c.sweep.lambda = {1}; }), Catch::Contains("/sweep is for one image only"));
    CHECK_THAT(refused([](ReconConfig& c) { c.mbdl.adapt = 3; }), Catch::Contains("/mbdl/adapt is for one image only"));
    auto const one = prepare_scan(Context(), breathing_scan(), with_states(1), true);
    config.method = Method::llr;
    CHECK_THAT(message_of([&] { Reconstructor(one, config)(config); }), Catch::Contains("llr reconstructs several states at once"));
}
