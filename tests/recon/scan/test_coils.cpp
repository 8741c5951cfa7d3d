#include "recon/scan/coils.h"

#include "recon/formats/read.h"
#include "tests/support/data.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

namespace {

/// [coil, ...] as combinations of `rank` independent sources of falling strength, and a little noise.
std::vector<complex> dependent_coils(index_t coils, index_t n, index_t rank, double noise) {
    auto const sources = random_complex(static_cast<std::size_t>(rank * n), 1),
               gains = random_complex(static_cast<std::size_t>(coils * rank), 2);
    auto data = random_complex(static_cast<std::size_t>(coils * n), 3);
    for (complex& v : data) v = noise * v;
    for (index_t c = 0; c < coils; ++c)
        for (index_t s = 0; s < rank; ++s)
            for (index_t i = 0; i < n; ++i) data[c * n + i] += (1.0 / (1 + s)) * (gains[c * rank + s] * sources[s * n + i]);
    return data;
}

Complex<double> covariance(Tensor<complex> const& x, index_t a, index_t b) {
    auto const values = x.to_host();
    auto const n = static_cast<std::size_t>(x.shape().tail().size());
    auto const all = std::span<complex const>(values);
    return (1.0 / static_cast<double>(n)) * inner(all.subspan(b * n, n), all.subspan(a * n, n));
}

} // namespace

TEST_CASE("prewhitened noise has covariance 1", "[coils]") {
    Context const ctx = each_device();
    index_t const coils = GENERATE(1, 6), n = 500;
    auto const noise = Tensor<complex>::from(ctx, {coils, n}, dependent_coils(coils, n, 2, 1e-3));
    auto const matrix = whitening_matrix(noise);
    CHECK(matrix.shape() == Shape{coils, coils});
    auto const white = mix_coils(matrix, noise);
    CHECK(white.context() == ctx);
    for (index_t a = 0; a < coils; ++a)
        for (index_t b = 0; b < coils; ++b)
            CHECK(abs(covariance(white, a, b) - Complex<double>{a == b ? 1.0 : 0.0, 0}) < tolerance(1e-2, 1e-8));
}

TEST_CASE("noise that cannot be prewhitened is refused with the reason", "[coils]") {
    Context const cpu;
    auto const refused = [&](Tensor<complex> const& noise) { whitening_matrix(noise); };
    auto values = random_complex(3 * 100, 4);
    std::copy(values.begin(), values.begin() + 100, values.begin() + 200);
    CHECK_THROWS_WITH(refused(Tensor<complex>::from(cpu, {3, 100}, values)), Catch::Contains("noise of the 3 coils is linearly dependent"));
    std::fill(values.begin() + 100, values.begin() + 200, complex{});
    CHECK_THROWS_WITH(refused(Tensor<complex>::from(cpu, {3, 100}, values)), Catch::Contains("coil 1 has no noise"));
    values[7].re = NAN;
    CHECK_THROWS_WITH(refused(Tensor<complex>::from(cpu, {3, 100}, values)), "coils: the noise samples are not finite");
    CHECK_THROWS_WITH(refused(Tensor<complex>(cpu, {3, 5})), Catch::Contains("at least 6 are needed"));
}

TEST_CASE("virtual coils keep the energy that was asked for, with the fewest of them", "[coils]") {
    Context const ctx = each_device();
    index_t const coils = 8, readouts = 12, samples = 10, n = readouts * samples, rank = 3;
    auto const kspace = Tensor<complex>::from(ctx, {coils, readouts, samples}, dependent_coils(coils, n, rank, 1e-4));
    auto const all = find_virtual_coils(kspace, {}, 0, 0.9999);
    REQUIRE(all.matrix.shape() == Shape{rank, coils});
    CHECK(all.energy > 0.9999);

    auto const mixed = mix_coils(all.matrix, kspace);
    CHECK(mixed.shape() == Shape{rank, readouts, samples});
    double total = 0, kept = 0, previous = INFINITY;
    for (index_t c = 0; c < coils; ++c) total += covariance(kspace, c, c).re;
    for (index_t c = 0; c < rank; ++c) {
        double const energy = covariance(mixed, c, c).re;
        CHECK(energy < previous);
        previous = energy;
        kept += energy;
        for (index_t other = 0; other < c; ++other) CHECK(abs(covariance(mixed, c, other)) < 1e-5 * total);
    }
    CHECK(kept / total == Approx(all.energy));
    CHECK(find_virtual_coils(kspace, {}, 2, 1).matrix.shape()[0] == 2);
    CHECK(find_virtual_coils(kspace, {}, 0, 1).matrix.shape()[0] == coils);

    // Coils that matter only where the weights are zero are left out.
    auto values = kspace.to_host();
    for (index_t i = 0; i < n; ++i) values[i] = i < samples ? complex{1000, 0} : complex{};
    std::vector<real> weights(static_cast<std::size_t>(n), 1);
    std::fill_n(weights.begin(), samples, real(0));
    auto const weighted =
        find_virtual_coils(Tensor<complex>::from(ctx, kspace.shape(), values), Tensor<real>::from(ctx, {readouts, samples}, weights), 1, 1);
    CHECK(abs(weighted.matrix.data()[0]) < 1e-4);

    CHECK_THROWS_WITH(find_virtual_coils(kspace, {}, 9, 1), "coils: 9 virtual coils of 8 coils");
    kspace.zero();
    CHECK_THROWS_WITH(find_virtual_coils(kspace, {}, 0, 0.9), "coils: k-space is zero, so virtual coils cannot be found");
}

TEST_CASE("k-space, noise and maps are mixed alike", "[coils]") {
    Context const cpu;
    Acquisition scan;
    auto const x = dependent_coils(6, 400, 2, 0.01);
    scan.kspace = Tensor<complex>::from(cpu, {6, 20, 20}, x);
    scan.noise = Tensor<complex>::from(cpu, {6, 400}, random_complex(2400, 8));
    scan.maps = Tensor<complex>::from(cpu, {6, 1, 20, 20}, x); // as if k-space were the image of the maps
    mix_coils(scan, whitening_matrix(*scan.noise));
    CHECK(covariance(*scan.noise, 2, 2).re == Approx(1).epsilon(1e-4));
    mix_coils(scan, find_virtual_coils(scan.kspace, {}, 3, 1).matrix);
    CHECK(scan.kspace.shape() == Shape{3, 20, 20});
    CHECK(scan.noise->shape() == Shape{3, 400});
    CHECK(relative_error(scan.maps->host(), scan.kspace.host()) == 0);
    for (index_t a = 0; a < 3; ++a) CHECK(covariance(*scan.noise, a, a).re == Approx(1).epsilon(1e-4)); // rows are orthonormal
    CHECK_THROWS_WITH(mix_coils(Tensor<complex>(cpu, {2, 4}), scan.kspace),
        "coils: a matrix of shape [2, 4] does not fit data of shape [3, 20, 20]");
}

TEST_CASE("coils are mixed in the scan's own memory, unless somebody else sees it", "[coils]") {
    Context const cpu;
    index_t const points = GENERATE(1, 8192, 20011);
    auto const values = random_complex(static_cast<std::size_t>(3 * points), 21);
    auto const matrix = Tensor<complex>::from(cpu, {3, 3}, random_complex(9, 22));
    Acquisition scan;
    scan.kspace = Tensor<complex>::from(cpu, {3, 1, points}, values);
    auto const seen = Tensor<complex>::from(cpu, {3, points}, values);
    scan.maps = seen;
    auto const expected = mix_coils(matrix, seen);
    auto const* const memory = scan.kspace.data();
    mix_coils(scan, matrix);
    CHECK(scan.kspace.data() == memory);
    CHECK(scan.maps->data() != seen.data());
    CHECK(relative_error(seen.host(), std::span<complex const>(values)) == 0);
    CHECK(relative_error(scan.kspace.host(), expected.host()) < 1e-6);
    CHECK(relative_error(scan.maps->host(), expected.host()) < 1e-6);
}

TEST_CASE("measured scans are prewhitened and compressed", "[coils]") {
    auto const ute = shared_data("ute_phantom_2ch/MRI_Raw.h5"), spiral = shared_data("spiral_phantom_8ch_2d/spiral_ksp.hdr");
    if (!ute || !spiral) {
        WARN("skipped: no shared data");
        return;
    }
    auto scan = read_acquisition(*ute);
    mix_coils(scan, whitening_matrix(*scan.noise));
    CHECK(abs(covariance(*scan.noise, 0, 1)) < 1e-4);
    CHECK(covariance(*scan.noise, 1, 1).re == Approx(1).epsilon(1e-4));

    scan = read_acquisition(*spiral);
    auto const found = find_virtual_coils(scan.kspace, scan.weights, 0, 0.98);
    INFO(found.matrix.shape().str() << " keeps " << found.energy);
    CHECK(found.matrix.shape()[0] < 8);
    CHECK(found.matrix.shape()[0] > 2);
}
