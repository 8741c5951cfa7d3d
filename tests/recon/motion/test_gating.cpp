// Gating of a simulated thorax whose breath is known.
#include "recon/formats/read.h"
#include "recon/methods/methods.h"
#include "recon/methods/recon_config.h"
#include "recon/metrics/image_quality.h"
#include "recon/motion/breath.h"
#include "recon/motion/gating.h"
#include "recon/motion/respiratory_signal.h"
#include "recon/sense/sense_model.h"
#include "tests/support/acquisitions.h"
#include "tests/support/breathing_scan.h"
#include "tests/support/data.h"
#include "tests/support/operator_tests.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <numeric>

using namespace tessera;
using namespace tessera::test;

namespace {

Acquisition const& breathing_scan() {
    static Acquisition const scan = simulate(Context(), breathing_thorax());
    return scan;
}

RespiratorySignal self_gated(Acquisition const& a) {
    auto const centre = central_samples(a);
    return self_gating_signal(a, centre, outlying_readouts(centre));
}

/// NRMSE in the object against the truth at end-expiration.
double error_of(GatingConfig const& gating, Method method) {
    ReconConfig config;
    config.gating = gating;
    config.method = method;
    config.maps.source = MapsSource::file;
    config.gridding.combine = CoilCombination::maps;
    config.cg.iterations = 8;
    auto const scan = prepare_scan(Context(), breathing_scan(), config, true);
    auto const image = magnitude(Reconstructor(scan, config)(config));
    return nrmse(image, *scan.expected, object_mask(*scan.expected));
}

/// Signals and samples that tell readouts apart: sample r of coil 0 is r.
Acquisition numbered(index_t readouts) {
    Acquisition a = random_acquisition(2, readouts, 3);
    for (index_t r = 0; r < readouts; ++r)
        for (index_t s = 0; s < 3; ++s) a.kspace.view<3>()(0, r, s) = {static_cast<real>(r), 0};
    a.times.clear();
    return a;
}

GatingConfig gating(GatingKind kind, std::string const& signal = "file", double efficiency = 0.4) {
    GatingConfig config;
    config.kind = kind;
    config.signal = signal;
    config.efficiency = efficiency;
    config.drift = false;
    config.outliers = false;
    return config;
}

std::vector<index_t> kept(Acquisition const& a) {
    std::vector<index_t> readouts;
    for (index_t r = 0; r < a.readouts(); ++r) readouts.push_back(std::llround(a.kspace.view<3>()(0, r, 0).re));
    return readouts;
}

} // namespace

TEST_CASE("the centre of k-space shows the breath of a simulated thorax", "[motion]") {
    Acquisition a = breathing_scan();
    auto const with_times = self_gated(a);
    CHECK(correlation(with_times.values, a.respiration) > 0.95);
    CHECK(with_times.power.trust > 0.8);
    CHECK(with_times.power.frequency == Approx(0.25).margin(0.05));
    a.times.clear();
    auto const without_times = self_gated(a);
    CHECK(correlation(without_times.values, a.respiration) > 0.95);
    CHECK(without_times.power.trust > 0.8);
    CHECK(1 / without_times.power.frequency == Approx(160).margin(32)); // readouts a breath
}

TEST_CASE("readouts need not be stored in the order of time", "[motion]") {
    Acquisition const& a = breathing_scan();
    std::vector<index_t> reversed(static_cast<std::size_t>(a.readouts()));
    std::iota(reversed.rbegin(), reversed.rend(), index_t(0));
    auto const turned = take_readouts(a, reversed);
    CHECK(correlation(self_gated(turned).values, turned.respiration) > 0.95);
}

TEST_CASE("spikes and the approach to steady state are found, and do not spoil the signal", "[motion]") {
    auto config = breathing_thorax();
    config.breathing.spikes = 0.02;
    Acquisition const a = simulate(Context(), config);
    for (index_t r = 0; r < 40; ++r)
        for (index_t c = 0; c < a.coils(); ++c)
            for (index_t s = 0; s < a.samples(); ++s)
                a.kspace.view<3>()(c, r, s) =
                    static_cast<real>(1 + 2 * std::exp(-0.05 * static_cast<double>(r))) * a.kspace.view<3>()(c, r, s);
    auto const found = outlying_readouts(central_samples(a));
    auto const again = simulate(Context(), breathing_thorax()); // the same without
    std::vector<index_t> late;
    for (index_t r = 40; r < a.readouts(); ++r)
        if (norm2(a.kspace.view<3>()(0, r, 0)) > 4 * norm2(again.kspace.view<3>()(0, r, 0))) late.push_back(r);
    REQUIRE(late.size() > 15);
    std::vector<index_t> found_late;
    std::copy_if(found.begin(), found.end(), std::back_inserter(found_late), [](index_t r) { return r >= 40; });
    CHECK(found_late == late);
    CHECK(std::ssize(found) - std::ssize(found_late) > 10);
    CHECK(correlation(self_gated(a).values, a.respiration) > 0.95);
    CHECK(outlying_readouts(central_samples(again)).size() < 4);
}

TEST_CASE("hard and soft gating come nearer to the truth at end-expiration than all readouts", "[motion]") {
    Method const method = GENERATE(Method::gridding, Method::cg_sense);
    CAPTURE(config_name(method));
    GatingConfig off, hard, soft;
    hard.kind = GatingKind::hard;
    hard.signal = "self";
    soft = hard;
    soft.kind = GatingKind::soft;
    double const all = error_of(off, method), some = error_of(hard, method), weighted = error_of(soft, method);
    CAPTURE(all, some, weighted);
    CHECK(some < 0.9 * all);
    CHECK(weighted < 0.9 * all);
}

TEST_CASE("hard gating keeps the readouts nearest to the end of the breath", "[motion]") {
    Acquisition a = numbered(10);
    a.respiration = {5, 0, 9, 1, 8, 2, 7, 3, 6, 4};
    Acquisition b = a, c = a;
    CHECK(gate(a, gating(GatingKind::hard)).empty());
    CHECK(kept(a) == std::vector<index_t>{1, 3, 5, 7});
    CHECK(a.respiration == std::vector<double>{0, 1, 2, 3});
    CHECK(a.trajectory.shape() == Shape{4, 3, 3});
    CHECK(a.weights->shape() == Shape{4, 3});
    auto config = gating(GatingKind::hard, "auto", 0.2);
    config.end = BreathEnd::inspiration;
    gate(b, config);
    CHECK(kept(b) == std::vector<index_t>{2, 4});
    gate(c, gating(GatingKind::off));
    CHECK(c.readouts() == 10);
}

TEST_CASE("a drift gates where it is not taken off", "[motion]") {
    Acquisition a = numbered(1000);
    for (std::size_t r = 0; r < 1000; ++r) {
        a.times.push_back(0.1 * static_cast<double>(r));
        a.respiration[r] = std::sin(1.5 * a.times[r]) + 0.1 * a.times[r];
    }
    Acquisition b = a;
    auto config = gating(GatingKind::hard);
    gate(a, config);
    CHECK(kept(a).back() < 600);
    config.drift = true;
    gate(b, config);
    auto const late = kept(b);
    CHECK(std::count_if(late.begin(), late.end(), [](index_t r) { return r >= 500; }) == Approx(200).margin(40));
}

TEST_CASE("soft weights fall with the distance, have the mean that was asked for, and weigh the density", "[motion]") {
    Acquisition a = numbered(200);
    for (std::size_t r = 0; r < 200; ++r) a.respiration[r] = static_cast<double>((37 * r) % 200);
    Acquisition const all = a;
    auto const weights = gate(a, gating(GatingKind::soft));
    REQUIRE(std::ssize(weights) == a.readouts());
    CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) == Approx(80).margin(1));
    for (std::size_t i = 0; i < weights.size(); ++i)
        for (std::size_t j = 0; j < weights.size(); ++j)
            if (a.respiration[i] < a.respiration[j]) CHECK(weights[i] >= weights[j]);
    CHECK(weights[0] == 1); // signal 0

    Matrix const matrix{6, 10, 8};
    auto const density = Tensor<real>::from(Context(), {a.readouts(), 3}, std::vector<real>(static_cast<std::size_t>(3 * a.readouts()), 2));
    weigh_readouts(density, weights, a, matrix);
    real const scale = density.data()[0]; // of the weight 1
    CHECK(scale > 0);
    for (index_t r = 0; r < a.readouts(); ++r)
        CHECK(density.view<2>()(r, 1) == Approx(scale * weights[static_cast<std::size_t>(r)]).epsilon(1e-5));
}

TEST_CASE("gating says in one sentence what it cannot use", "[motion]") {
    Acquisition a = numbered(40);
    auto const refused = [&](GatingConfig const& config) {
        return message_of([&] {
            auto b = a;
            gate(b, config);
        });
    };
    a.respiration.assign(40, 1.5);
    CHECK(refused(gating(GatingKind::hard)) == "made up: gating: the recorded respiratory signal is 1.5 at every readout");
    a.respiration.clear();
    CHECK(refused(gating(GatingKind::soft)) ==
        "made up: /gating/signal is file, but the file has no respiratory signal: take self, or the path of a file of numbers");
    for (index_t i = 0; i < a.trajectory.size(); i += 3) a.trajectory.data()[i] = 2;
    CHECK(refused(gating(GatingKind::soft, "auto")) ==
        "made up: gating: 0 of 40 readouts pass the centre of k-space, from which breathing is read: expected 32 at least");

    auto still = breathing_thorax();
    still.breathing.amplitude_mm = 0;
    still.matrix = Matrix{16, 16, 16};
    a = simulate(Context(), still);
    a.source = "still";
    CHECK_THAT(refused(gating(GatingKind::hard, "self")), Catch::StartsWith("still: gating: k = 0 shows no breathing: trust is 0."));
}

TEST_CASE("a signal is read from a file of numbers", "[motion]") {
    TemporaryFolder const folder;
    auto const file = folder / "signal.txt";
    Acquisition a = numbered(5);
    auto const read = [&](std::string const& text) {
        std::ofstream(file) << text;
        return message_of([&] { read_signal(a, gating(GatingKind::hard, file.string())); });
    };
    CHECK(read("1 2.5\n-3e1, 4;5\n") == "no error");
    CHECK(a.respiration == std::vector<double>{1, 2.5, -30, 4, 5});
    CHECK(read("1 2 3") == file.string() + ": expected a number for each of 5 readouts, found 3");
    CHECK(read("1 2 x 4 5") == file.string() + ": number 2 is 'x': expected a finite number");
    CHECK(read("1 2 nan 4 5") == file.string() + ": number 2 is 'nan': expected a finite number");
    CHECK(message_of([&] { read_signal(a, gating(GatingKind::hard, "slef")); }) ==
        "/gating/signal: slef: cannot be read: expected auto, file, self, or a file of numbers");
}

TEST_CASE("the operators of a softly gated scan are adjoint, and its weights cannot be dropped", "[motion]") {
    ReconConfig config;
    config.gating.kind = GatingKind::soft;
    config.maps.source = MapsSource::file;
    auto const scan = prepare_scan(Context(), breathing_scan(), config, true);
    CHECK(scan.soft_gated);
    auto const model = sense_model(scan.maps, {scan.kspace, scan.trajectory, scan.weights}, config.nufft, NormalOperator::toeplitz);
    check_adjoint(*model, tolerance(1e-5, 1e-12));
    check_hermitian_normal(*model, tolerance(1e-5, 1e-12));
    CHECK_THAT(message_of([&] { least_squares(scan, config.nufft, NormalOperator::gridded, false); }),
        Catch::StartsWith("weighted is false, which would undo soft gating"));
}

TEST_CASE("a phantom does not breathe", "[motion][measured]") {
    auto const file = shared_data("ute_phantom_2ch/MRI_Raw.h5");
    if (!file) {
        WARN("skipped: no ute_phantom_2ch/MRI_Raw.h5");
        return;
    }
    auto const a = read_acquisition(*file);
    REQUIRE(std::ssize(a.times) == a.readouts());
    CHECK(a.times.back() == Approx(18.396));
    CHECK(a.respiration.empty());
    CHECK(self_gated(a).power.trust < 0.4);
}
