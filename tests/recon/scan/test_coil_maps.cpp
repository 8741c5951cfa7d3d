#include "kernels/arrays/coils.h"
#include "recon/scan/coil_maps.h"
#include "recon/scan/jsense.h"
#include "recon/scan/spline_fit.h"
#include "recon/scan/spline_rows.h"
#include "recon/sense/sense_operator.h"
#include "tests/support/operator_tests.h"

using namespace tessera;
using namespace tessera::test;

namespace {

/// Smooth maps of unit root sum of squares, from random trigonometric polynomials around 1.
MapPlanes smooth_planes(Matrix const& m, index_t coils) {
    Shape const s{coils, m[0] == 1 ? 1 : 3, m[1] == 1 ? 1 : 3, m[2] == 1 ? 1 : 3};
    auto const c = Tensor<complex>::from(Context(), s, random_complex(static_cast<std::size_t>(s.size()), 1));
    for (complex& v : c.host()) v = real(0.1) * v;
    for (index_t i = 0; i < coils; ++i) c[i].data()[s.tail().size() / 2] += complex{1, real(0.1) * static_cast<real>(i)};
    return basis_planes(m, c, 1);
}

Tensor<complex> whole_maps(Matrix const& m, index_t coils, MapPlanes const& planes) {
    return CoilMaps::whole(Context(), m, coils, planes).values(0, coils);
}

} // namespace

TEST_CASE("planes of a basis are the planes of its maps", "[coil_maps]") {
    Matrix const m = GENERATE(Matrix{5, 6, 9}, Matrix{1, 7, 8});
    auto const planes = smooth_planes(m, 2);
    auto const plane = planes(m[0] / 2);
    REQUIRE(plane.shape() == Shape{2, m[1], m[2]});
    for (index_t i = 0; i < m[1] * m[2]; ++i)
        CHECK(norm2(plane.data()[i]) + norm2(plane.data()[m[1] * m[2] + i]) == Approx(1).epsilon(1e-5));
}

TEST_CASE("splines of maps are as exact as asked for, and small", "[coil_maps]") {
    Context const ctx = each_device();
    Matrix const m = GENERATE(Matrix{24, 20, 30}, Matrix{1, 61, 47});
    index_t const coils = 3;
    auto const planes = smooth_planes(m, coils);
    auto const exact = whole_maps(m, coils, planes);
    double const accuracy = GENERATE(1e-2, 1e-3);
    double error = 1;
    auto const maps = CoilMaps::interpolated(ctx, m, coils, planes, accuracy, &error);
    REQUIRE(maps);
    REQUIRE(maps->coefficients());
    CHECK(error <= accuracy);
    CHECK(maps->shape() == exact.shape());
    CHECK(maps->context() == ctx);
    CHECK(2 * maps->coefficients()->size() < exact.size());
    double const found = relative_error(maps->values(0, coils).to_host(), exact.host());
    CHECK(found <= 1.5 * accuracy); // measured on some planes
    CHECK(found == Approx(error).epsilon(0.5));

    // The rows that the CPU multiplies by and the kernels of other devices have the same values.
    auto const here = maps->to(Context());
    CHECK(relative_error(maps->values(1, 3).to_host(), here.values(1, 3).to_host()) < tolerance(1e-6, 1e-14));
    SplineMaps const definition{here.coefficients()->view<4>(), {m[0], m[1], m[2]}};
    auto const values = here.values(0, coils);
    for (index_t i = 0; i < m[0] * m[1] * m[2]; i += 97) {
        complex const expected = definition(2, i), got = values.data()[2 * m[0] * m[1] * m[2] + i];
        REQUIRE(abs(got - expected) < tolerance(1e-6, 1e-14));
    }
}

TEST_CASE("maps that are not smooth stay whole", "[coil_maps]") {
    Context const ctx;
    Matrix const m{12, 13, 14};
    auto const noise = Tensor<complex>::from(Context(), {2, 12, 13, 14}, random_complex(2 * 12 * 13 * 14, 1));
    auto const planes = [&](index_t z) {
        Tensor<complex> const plane(Context(), {2, 13, 14});
        for (index_t c = 0; c < 2; ++c) plane[c].copy_from(noise[c][z]);
        return plane;
    };
    CHECK_FALSE(CoilMaps::interpolated(ctx, m, 2, planes, 1e-3));
    CHECK(relative_error(CoilMaps::whole(ctx, m, 2, planes).values(0, 2).to_host(), noise.host()) == 0);
}

TEST_CASE("maps expand and combine as adjoints, whole or as splines, in their memory or another", "[coil_maps]") {
    Context const ctx = each_device();
    Matrix const m{9, 11, 20};
    index_t const coils = 3;
    auto const planes = smooth_planes(m, coils);
    auto const exact = whole_maps(m, coils, planes);
    int const kind = GENERATE(0, 1, 2);
    auto const maps = kind == 0 ? *CoilMaps::interpolated(ctx, m, coils, planes, 5e-2)
        : kind == 1             ? CoilMaps(ctx, exact)
                                : CoilMaps(exact.to(ctx));
    Shape const volume{m[0], m[1], m[2]}, views{2, m[0], m[1], m[2]};
    auto const xs = random_complex(static_cast<std::size_t>(volume.size()), 2),
               ys = random_complex(static_cast<std::size_t>(views.size()), 3);
    Tensor<complex> const sx(ctx, views);
    auto const x = Tensor<complex>::from(ctx, volume, xs), y = Tensor<complex>::from(ctx, views, ys), shy = x.clone();
    maps.expand(x, 1, sx);
    auto const values = maps.values(1, 3).to_host();
    auto expected = values;
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = values[i] * xs[i % xs.size()];
    CHECK(relative_error(sx.to_host(), expected) < tolerance(1e-6, 1e-14));
    maps.combine(y, 1, shy, true);
    auto combined = xs;
    for (std::size_t i = 0; i < ys.size(); ++i) combined[i % xs.size()] += conj(values[i]) * ys[i];
    CHECK(relative_error(shy.to_host(), combined) < tolerance(1e-6, 1e-14));
    maps.combine(y, 1, shy, false);
    for (std::size_t i = 0; i < xs.size(); ++i) combined[i] = combined[i] - xs[i];
    CHECK(relative_error(shy.to_host(), combined) < tolerance(1e-6, 1e-14));
    auto const left = inner(sx.to_host(), ys), right = inner(xs, shy.to_host());
    CHECK(abs(left - right) < tolerance(1e-5, 1e-13) * abs(left) + tolerance(1e-4, 1e-11));
}

TEST_CASE("sense with splines is one operator, gridded or convolved", "[coil_maps]") {
    Context const ctx = each_device();
    Matrix const m{7, 10, 18};
    index_t const points = 120, coils = 3;
    auto k = random_real(3 * points, 1, -0.5, 0.5);
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= static_cast<real>(m[2 - i % 3]);
    auto const trajectory = Tensor<real>::from(ctx, {points, 3}, k);
    auto const weights = Tensor<real>::from(ctx, {points}, random_real(points, 2, 0.1, 1));
    auto const maps = CoilMaps::interpolated(ctx, m, coils, smooth_planes(m, coils), 5e-2);
    REQUIRE(maps);
    auto const nufft = std::make_shared<Nufft>(ctx, m, trajectory, NufftConfig{.accuracy = 1e-6, .oversampling = 2});
    SenseOperator const gridded(nufft, *maps, weights, nullptr, 2),
        convolved(nufft, *maps, weights, std::make_shared<Toeplitz>(ctx, m, trajectory, weights, 1e-6), 2);
    check_adjoint(gridded, tolerance(1e-5, 1e-12));
    check_hermitian_normal(convolved, tolerance(1e-5, 1e-12));
    auto const x = Tensor<complex>::from(ctx, gridded.domain(), random_complex(static_cast<std::size_t>(gridded.domain().size()), 5));
    Tensor<complex> const a(ctx, x.shape()), b(ctx, x.shape());
    gridded.normal(x, a);
    convolved.normal(x, b);
    CHECK(relative_error(b.to_host(), a.to_host()) < 1e-5);
}

TEST_CASE("maps and the normal operator take the bytes that they declare", "[coil_maps]") {
    Context const ctx = each_device();
    Matrix const m{16, 12, 20};
    index_t const coils = 5, points = 90, per_pass = 2;
    auto const before = ctx.allocator().use().live;
    auto const maps = *CoilMaps::interpolated(ctx, m, coils, smooth_planes(m, coils), 5e-2);
    index_t const intervals = maps.coefficients()->shape()[3] - 3;
    CHECK(ctx.allocator().use().live - before == CoilMaps::bytes(m, coils, intervals).held);

    auto k = random_real(3 * points, 1, -6, 6);
    auto const trajectory = Tensor<real>::from(ctx, {points, 3}, k);
    auto const weights = Tensor<real>::from(ctx, {points}, random_real(points, 2, 0.1, 1));
    auto const nufft = std::make_shared<Nufft>(ctx, m, trajectory);
    auto const toeplitz = std::make_shared<Toeplitz>(ctx, m, trajectory, weights, 1e-3);
    Tensor<complex> const x = Tensor<complex>::zeros(ctx, {16, 12, 20}), y(ctx, x.shape());
    auto const peak = [&](auto const& use) {
        use();
        auto const live = ctx.allocator().use().live;
        ctx.allocator().reset_peak();
        use();
        CHECK(ctx.allocator().use().live == live);
        return ctx.allocator().use().peak - live;
    };
    SenseOperator const convolved(nufft, maps, weights, toeplitz, per_pass), gridded(nufft, maps, weights, nullptr, per_pass);
    CHECK(peak([&] { convolved.normal(x, y); }) ==
        SenseOperator::bytes(ctx.device(), m, coils, points, per_pass, true).workspace +
            Toeplitz::bytes(ctx.device(), m, toeplitz->symmetric()).workspace);
    Tensor<complex> const volumes(ctx, {per_pass, 16, 12, 20}), samples = Tensor<complex>::zeros(ctx, {per_pass, points});
    auto const own = peak([&] { nufft->adjoint(samples, volumes); });
    CHECK(peak([&] { gridded.normal(x, y); }) == SenseOperator::bytes(ctx.device(), m, coils, points, per_pass, false).workspace + own);
}
