// Readouts held out, a lesion that is known, and noise once more.
#include "core/arrays/vector_ops.h"
#include "recon/comparison/lesion.h"
#include "recon/comparison/noise_replica.h"
#include "recon/methods/methods.h"
#include "recon/methods/recon_config.h"
#include "recon/metrics/image_quality.h"
#include "recon/scan/coils.h"
#include "recon/sense/held_out.h"
#include "recon/sense/sense_model.h"
#include "tests/support/acquisitions.h"
#include "tests/support/operator_tests.h"
#include "tests/support/recon_scan.h"

#include <set>

using namespace tessera;
using namespace tessera::test;
using Catch::Matchers::Contains;

namespace {

Acquisition without_noise(Matrix const& matrix, double undersampling = 1) {
    SimulationConfig config;
    config.matrix = matrix;
    config.coils.coils = 3;
    config.trajectory.undersampling = undersampling;
    config.trajectory.readout_oversampling = 2;
    return simulate(Context(), config);
}

ReconConfig accurate() {
    ReconConfig config;
    config.maps.source = MapsSource::file;
    config.nufft.accuracy = 1e-4;
    config.cg.lambda = 1e-4;
    config.cg.iterations = 40;
    config.cg.tolerance = 1e-4;
    return config;
}

Tensor<complex> sense(Scan const& scan, ReconConfig const& config) { return Reconstructor(scan, config)(config); }

/// A scan of nothing: every readout from the centre of k-space along x to its border.
Scan noise_only(index_t readouts, index_t samples) {
    Context const host;
    Scan scan;
    scan.matrix = {8, 8, 8};
    scan.readouts = readouts;
    scan.samples = samples;
    scan.trajectory = Tensor<real>::zeros(host, {readouts * samples, 3});
    for (index_t i = 0; i < readouts * samples; ++i)
        scan.trajectory.data()[3 * i] = real(4) * static_cast<real>(i % samples) / static_cast<real>(samples);
    scan.kspace = Tensor<complex>::zeros(host, {2, readouts * samples});
    return scan;
}

double deviation(Tensor<complex> const& values, index_t coil) {
    auto const row = values.slice(coil, coil + 1);
    return norm(row) / std::sqrt(static_cast<double>(row.size()));
}

} // namespace

TEST_CASE("readouts are split by a seed, once each, with weights for the wider gaps", "[held_out]") {
    auto const scan = prepare_scan(Context(), without_noise({8, 8, 8}), accurate(), true);
    auto const parts = hold_out(scan, 0.2, 5), again = hold_out(scan, 0.2, 5), other = hold_out(scan, 0.2, 6);
    CHECK(parts.held_out.readouts == std::lround(0.2 * double(scan.readouts)));
    CHECK(parts.used.readouts + parts.held_out.readouts == scan.readouts);
    CHECK(same(parts.used.kspace, again.used.kspace));
    CHECK_FALSE(same(parts.used.kspace, other.used.kspace));

    auto const [drawn, rest] = draw_readouts(all_readouts(scan.readouts), parts.held_out.readouts, 5, kHeldOutStream);
    std::set<index_t> all(drawn.begin(), drawn.end());
    all.insert(rest.begin(), rest.end());
    CHECK(std::ssize(all) == scan.readouts);
    index_t const r = rest[3], k = 2, n = scan.samples; // one sample by hand
    double const growth = double(scan.readouts) / double(parts.used.readouts);
    CHECK(parts.used.kspace.view<2>()(1, 3 * n + k).re == scan.kspace.view<2>()(1, r * n + k).re);
    CHECK(parts.used.trajectory.view<2>()(3 * n + k, 2) == scan.trajectory.view<2>()(r * n + k, 2));
    CHECK(double(parts.used.weights.data()[3 * n + k]) == Approx(growth * double(scan.weights.data()[r * n + k])));

    CHECK_THROWS_WITH(hold_out(scan, 1, 5), Contains("a fraction of 1"));
    CHECK_THROWS_WITH(select_readouts(scan, {scan.readouts}), Contains("readouts: "));
}

TEST_CASE("readouts to choose by are held out of what those to report on leave", "[held_out]") {
    auto const scan = prepare_scan(Context(), without_noise({8, 8, 8}), accurate(), true);
    auto const parts = hold_out_twice(scan.readouts, 0.2, 0.1, 5);
    std::set<index_t> all(parts.report.begin(), parts.report.end());
    all.insert(parts.choose.begin(), parts.choose.end());
    all.insert(parts.used.begin(), parts.used.end());
    CHECK(std::ssize(all) == scan.readouts);
    CHECK(parts.report.size() + parts.choose.size() + parts.used.size() == all.size());

    // As a comparison does whose weights are chosen by held-out readouts and which reports held-out readouts.
    auto const judged = hold_out(scan, 0.2, 5), chosen = hold_out(judged.used, 0.1, 5);
    CHECK(same(judged.held_out.kspace, select_readouts(scan, parts.report).kspace));
    CHECK(same(chosen.held_out.kspace, select_readouts(scan, parts.choose).kspace));
    CHECK(same(chosen.used.kspace, select_readouts(scan, parts.used).kspace));

    CHECK_NOTHROW(hold_out_twice(4, 0.1, 0.1, 5));
    CHECK_THROWS_WITH(hold_out_twice(10, 0.9, 0.9, 5), Contains("of 10 readouts 9 are to report on"));
}

TEST_CASE("the k-space error is its definition: 0 for what made the samples, 1 for nothing", "[held_out]") {
    Context const ctx = each_device();
    auto scan = prepare_scan(ctx, without_noise({5, 6, 6}, 4), accurate(), true);
    auto const image = Tensor<complex>::from(ctx, {5, 6, 6}, random_complex(180, 3));
    NufftConfig nufft;
    nufft.accuracy = 1e-4;
    auto const model = sense_model(scan.maps, {scan.kspace, scan.trajectory, scan.weights}, nufft, NormalOperator::gridded);
    CHECK(kspace_error(scan, Tensor<complex>::zeros(Context(), image.shape()), nufft) == Approx(1));

    Tensor<complex> const predicted(ctx, model->codomain());
    model->forward(image, predicted);
    auto const p = predicted.to_host(), y = scan.kspace.to_host();
    auto const w = scan.weights.to_host();
    double above = 0, below = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        above += double(w[i % w.size()]) * norm2(Complex<double>{double(p[i].re) - double(y[i].re), double(p[i].im) - double(y[i].im)});
        below += double(w[i % w.size()]) * norm2(Complex<double>{y[i].re, y[i].im});
    }
    CHECK(kspace_error(scan, image, nufft) == Approx(std::sqrt(above / below)).epsilon(1e-4));
    scan.kspace = predicted;
    CHECK(kspace_error(scan, image, nufft) < 1e-5);
    CHECK_THROWS_WITH(kspace_error(scan, Tensor<complex>::zeros(ctx, {5, 6, 7}), nufft), Contains("an image of shape [5, 6, 7]"));
}

TEST_CASE("a reconstruction predicts readouts that it has not seen", "[held_out]") {
    auto const config = accurate();
    auto const parts = hold_out(prepare_scan(Context(), without_noise({16, 16, 16}), config, true), 0.1, 1);
    CHECK(kspace_error(parts.held_out, sense(parts.used, config), config.nufft) < 0.1);
}

TEST_CASE("a lesion comes back from full sampling with its contrast, and nothing else does", "[lesion]") {
    auto const config = accurate();
    auto const scan = prepare_scan(Context(), without_noise({20, 20, 20}), config, true);
    auto const before = sense(scan, config);
    auto const radius = GENERATE(1.2, 2.5);
    Lesion const lesion{{10.3, 11, 8.6}, radius, 0.4}; // between voxels
    auto const added = lesion_image(lesion, before);
    auto const kept = scan.kspace.clone();
    auto const with = with_image_added(scan, added);
    CHECK(same(scan.kspace, kept));
    CHECK_FALSE(with.expected);

    auto const answer = lesion_answer(before, sense(with, config), lesion, added);
    CHECK(answer.recovery == Approx(1).margin(0.02));
    CHECK(answer.spread < 0.1);

    auto const zero = Tensor<complex>::zeros(Context(), before.shape());
    CHECK(lesion_answer(zero, zero, lesion, added).recovery == 0);
    CHECK(lesion_answer(zero, zero, lesion, added).spread == 0);
    CHECK(lesion_answer(before, before, lesion, added).recovery == 0);
    auto const ghost = before.clone(); // something at the other side
    ghost.view<3>()(3, 3, 3) += complex{real(norm(added)), 0};
    CHECK(lesion_answer(before, ghost, lesion, added).recovery == 0);
    CHECK(lesion_answer(before, ghost, lesion, added).spread == Approx(1));
    CHECK_THROWS_WITH(lesion_answer(before, before, lesion, zero), Contains("nothing of it lies inside the volume"));
}

TEST_CASE("a lesion is what was asked for, with the phase around it", "[lesion]") {
    auto const image = Tensor<complex>::from(Context(), {15, 15, 15}, std::vector<complex>(15 * 15 * 15, complex{real(0.6), real(-0.8)}));
    auto const added = lesion_image({{7, 7, 7}, 3, 2}, image);
    auto const v = added.view<3>();
    CHECK(v(7, 7, 7).re == Approx(1.2).epsilon(1e-3));
    CHECK(v(7, 7, 7).im == Approx(-1.6).epsilon(1e-3));
    CHECK(abs(v(7, 7, 10)) == Approx(1)); // half at its radius
    CHECK(abs(v(7, 3, 7)) == Approx(std::erfc(1 / (std::sqrt(2) * 0.75))));
    CHECK(abs(v(14, 7, 7)) == 0);
}

TEST_CASE("the place of a lesion is the darkest that is homogeneous and away from the border", "[lesion]") {
    Shape const shape{24, 26, 28};
    auto const fill = [&](real value) {
        return Tensor<real>::from(Context(), shape, std::vector<real>(static_cast<std::size_t>(shape.size()), value));
    };
    auto const reference = fill(1), mask = fill(1);
    auto const v = reference.view<3>();
    for (index_t z = 0; z < 24; ++z)
        for (index_t y = 0; y < 26; ++y)
            for (index_t x = 0; x < 28; ++x) {
                if (std::max({std::abs(z - 12), std::abs(y - 11), std::abs(x - 16)}) <= 5) v(z, y, x) = real(0.3); // room enough
                if (std::max({std::abs(z - 12), std::abs(y - 22), std::abs(x - 4)}) <= 3) v(z, y, x) = real(0.1);  // darker, but too small
            }
    auto const lesion = place_lesion(reference, mask, 3, 0.5);
    CHECK(lesion.centre == Vector3{12, 11, 16}); // the only one with 5 voxels on either side
    CHECK(lesion.radius == 3);
    CHECK(lesion.contrast == 0.5);
    mask.view<3>()(12, 11, 11) = 0; // now no place there lies in the object: somewhere bright it is
    CHECK(place_lesion(reference, mask, 3, 0.5).centre != Vector3{12, 11, 16});
    CHECK_THROWS_WITH(place_lesion(reference, mask, 12, 0.5), Contains("no place for one of radius 12"));

    auto const flat = Tensor<real>::from(Context(), {1, 20, 20}, std::vector<real>(400, 1)); // 2D
    CHECK(place_lesion(flat, flat, 2, 1).centre[0] == 0);
}

TEST_CASE("the thorax has a place for a lesion in a lung, with streaks in the air or without", "[lesion]") {
    auto const reference = magnitude(*without_noise({48, 48, 48}, 50).reference);
    auto const image = reference.clone();
    auto const streaks = random_real(image.host().size(), 1, 0.03, 0.06);
    for (std::size_t i = 0; i < streaks.size(); ++i) image.host()[i] += streaks[i];
    auto const mask = GENERATE(false, true) ? object_mask(reference)
                                            : Tensor<real>::from(Context(), image.shape(), std::vector<real>(image.host().size(), 1));
    auto const [z, y, x] = place_lesion(image, mask, 1.5, 0.3).centre;
    CHECK(reference.view<3>()(index_t(z), index_t(y), index_t(x)) < 0.3);
    CHECK(reference.view<3>()(index_t(z), index_t(y), index_t(x)) > 0.03); // not air
    CHECK(std::abs(x - 24) > 4);                                           // beside the heart and the spine
}

TEST_CASE("a replica has the noise that was asked for, by the seed", "[noise_replica]") {
    auto const scan = noise_only(100, 60);
    NoiseLevel const level{{2, 1e-3}, true};
    auto const a = noise_replica(scan, level, 1), again = noise_replica(scan, level, 1), b = noise_replica(scan, level, 2);
    CHECK(same(a.kspace, again.kspace));
    CHECK_FALSE(same(a.kspace, b.kspace));
    CHECK(norm(scan.kspace) == 0);
    CHECK(deviation(a.kspace, 0) == Approx(2).epsilon(0.03));
    CHECK(deviation(a.kspace, 1) == Approx(1e-3).epsilon(0.03));
    CHECK(std::abs(dot(a.kspace, b.kspace).re) < 0.05 * norm(a.kspace) * norm(b.kspace));
    CHECK_THROWS_WITH(noise_replica(scan, {{1}, true}, 1), Contains("levels of 1 coils for a scan of 2"));
    CHECK_THROWS_WITH(noise_replica(scan, {{1, 0}, true}, 1), Contains("coil 1 has a deviation of 0"));
}

TEST_CASE("the noise level is known after whitening and estimated from outer samples without", "[noise_replica]") {
    auto a = small_scan({12, 12, 12}, 3, 1, 1, 20);
    auto const config = accurate();
    auto const white = noise_level(prepare_scan(Context(), a, config, false));
    CHECK(white.measured);
    CHECK(white.deviation == std::vector<double>(3, typical_deviation(*a.noise)));

    auto const noisy = noise_replica(noise_only(400, 100), {{3, 0.5}, true}, 7);
    auto const estimated = noise_level(noisy);
    CHECK_FALSE(estimated.measured);
    CHECK(estimated.deviation[0] == Approx(3).epsilon(0.1));
    CHECK(estimated.deviation[1] == Approx(0.5).epsilon(0.1));

    a.noise.reset(); // of a real object: signal at the border of k-space is in it
    auto const object = noise_level(prepare_scan(Context(), a, config, false));
    CHECK_FALSE(object.measured);
    for (double const d : object.deviation) {
        CHECK(d > 0.03);
        CHECK(d < 0.5);
    }
    CHECK_THROWS_WITH(noise_level(noise_only(100, 1)), Contains("have no neighbours"));
}

TEST_CASE("repeatability is the relative difference in the mask", "[noise_replica]") {
    auto const x = Tensor<complex>::from(Context(), {1, 1, 3}, std::vector<complex>{{3, 4}, {0, 2}, {1, 0}});
    auto const y = Tensor<complex>::from(Context(), {1, 1, 3}, std::vector<complex>{{3, 3}, {0, 2}, {1, 5}});
    auto const all = repeatability(x, y);
    CHECK(all.difference == Approx(std::sqrt(26.0 / 30)));
    CHECK(all.map.to_host() == std::vector<real>{1, 0, 5});
    Mask const mask = Tensor<real>::from(Context(), {1, 1, 3}, std::vector<real>{1, 1, 0});
    CHECK(repeatability(x, y, mask).difference == Approx(std::sqrt(1.0 / 29)));
    CHECK_THROWS_WITH(repeatability(Tensor<complex>::zeros(Context(), {1, 1, 3}), y), Contains("the first image is zero"));
}
