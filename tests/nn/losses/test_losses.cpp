#include "nn/loss.h"
#include "nn/losses/ssim.h"
#include "recon/metrics/metrics.h"
#include "tests/support/gradient_check.h"

#include <omp.h>

using namespace tessera;
using namespace tessera::test;
using Catch::Matchers::Contains;

namespace {

Shape channels(Shape const& s) { return {s[0], s[1], s[2], 2}; }

// A target, and a prediction that is nowhere near it or near 0, so that differences see no kinks.
struct Pair {
    Tensor<complex> target;
    Tensor<real> prediction;
    Tensor<real> mask;

    Pair(Context const& ctx, Shape const& shape) {
        auto const n = static_cast<std::size_t>(shape.size());
        auto const t = random_complex(n, 1);
        auto const size = random_real(n, 2, 0.5, 1), angle = random_real(n, 3, -3, 3);
        std::vector<real> p, m;
        for (std::size_t i = 0; i < n; ++i) {
            complex q = t[i] + complex{size[i] * std::cos(angle[i]), size[i] * std::sin(angle[i])};
            if (abs(q) < real(0.3)) q = t[i] + complex{2, 2};
            p.insert(p.end(), {q.re, q.im});
            m.push_back(i % 3 == 1 ? real(0) : real(0.5)); // any number that is not 0 counts like 1
        }
        target = Tensor<complex>::from(ctx, shape, t);
        prediction = Tensor<real>::from(ctx, channels(shape), p);
        mask = Tensor<real>::from(ctx, shape, m);
    }
};

// The three sums' losses in double, by their definition.
double by_definition(LossKind kind, std::vector<real> const& p, std::vector<complex> const& t, std::vector<real> const& mask) {
    double l1 = 0, l2 = 0, reference = 0, count = 0;
    for (std::size_t i = 0; i < t.size(); ++i) {
        if (!mask.empty() && mask[i] == 0) continue;
        double const re = double(p[2 * i]) - t[i].re, im = double(p[2 * i + 1]) - t[i].im;
        l1 += std::hypot(re, im);
        l2 += re * re + im * im;
        reference += double(t[i].re) * t[i].re + double(t[i].im) * t[i].im;
        count += 1;
    }
    return kind == LossKind::l1 ? l1 / count : kind == LossKind::l2 ? l2 / count : l2 / reference;
}

double value(Var const& loss) { return loss.value().to_host().at(0); }

} // namespace

TEST_CASE("losses of differences are what they are defined as, with their gradients, in a mask and without", "[loss]") {
    Context const ctx = each_device();
    auto const kind = GENERATE(LossKind::l1, LossKind::l2, LossKind::nl2);
    bool const masked = GENERATE(false, true);
    Shape const shape = GENERATE(Shape{1, 1, 2}, Shape{3, 4, 5}, Shape{5, 9, 14});
    Pair const data(ctx, shape);
    LossMask const mask = masked ? LossMask(data.mask) : LossMask();
    std::vector<LossTerm> const terms{{kind, 1}};

    Tape tape(Tape::Mode::skip);
    auto const loss = evaluate_loss(tape, terms, Var(data.prediction), data.target, mask);
    auto const expected =
        by_definition(kind, data.prediction.to_host(), data.target.to_host(), masked ? data.mask.to_host() : std::vector<real>());
    CHECK(value(loss.total) == Approx(expected).epsilon(tolerance(1e-6, 1e-13)));
    CHECK(loss.terms == std::vector<double>{value(loss.total)});
    check_gradients({data.prediction}, ParameterList(ctx, true),
        [&](Tape& t, std::vector<Var> const& v) { return evaluate_loss(t, terms, v[0], data.target, mask).total; });
}

TEST_CASE("the l1 loss has gradient 0 where prediction and target agree", "[loss]") {
    Context const ctx = each_device();
    auto const t = Tensor<complex>::from(ctx, {1, 1, 3}, std::vector<complex>{{1, 2}, {0, 0}, {3, -1}});
    auto const p = Tensor<real>::from(ctx, {1, 1, 3, 2}, std::vector<real>{1, 2, 0, 0, 6, 3});
    Tape tape;
    auto const x = tape.variable(p);
    tape.backward(l1_loss(tape, x, t));
    auto const g = x.slot().take().to_host();
    for (std::size_t i = 0; i < 4; ++i) CHECK(g[i] == 0);
    CHECK(g[4] == Approx(3.0 / 5 / 3));
    CHECK(g[5] == Approx(4.0 / 5 / 3));
}

TEST_CASE("the ssim loss is 1 minus the metric, and its gradient agrees with differences", "[loss]") {
    Context const ctx = each_device();
    bool const masked = GENERATE(false, true);
    Shape const shape = GENERATE(Shape{1, 1, 1}, Shape{3, 4, 5}, Shape{1, 12, 7}, Shape{19, 3, 4}, Shape{35, 2, 2});
    Pair const data(ctx, shape);
    LossMask const mask = masked ? LossMask(data.mask) : LossMask();

    Tape tape(Tape::Mode::skip);
    double const loss = value(ssim_loss(tape, Var(data.prediction), data.target, mask));
    Context const host;
    auto const metric_mask = masked ? Mask(data.mask.to(host)) : Mask();
    double const expected = 1 - ssim(magnitude(data.prediction.reinterpret<complex>(shape)), magnitude(data.target), metric_mask);
    CHECK(expected > 0.02); // unlike images
    CHECK(loss == Approx(expected).epsilon(tolerance(2e-5, 1e-12)));
    check_gradients({data.prediction}, ParameterList(ctx, true),
        [&](Tape& t, std::vector<Var> const& v) { return ssim_loss(t, v[0], data.target, mask); });
}

TEST_CASE("the ssim loss of equal images is 0, and its gradient is finite where they are 0", "[loss]") {
    Context const ctx = each_device();
    auto values = random_complex(60, 4);
    values[7] = values[8] = complex{};
    auto const t = Tensor<complex>::from(ctx, {3, 4, 5}, values);
    Tape tape;
    auto const x = tape.variable(t.reinterpret<real>({3, 4, 5, 2}));
    auto const loss = ssim_loss(tape, x, t);
    CHECK(value(loss) == Approx(0).margin(tolerance(1e-6, 1e-14)));
    tape.backward(loss);
    for (real const g : x.slot().take().to_host()) CHECK(g == Approx(0).margin(tolerance(1e-5, 1e-13)));

    values[7] = {1, 1};
    auto const y = tape.variable(Tensor<complex>::from(ctx, {3, 4, 5}, values).reinterpret<real>({3, 4, 5, 2}));
    tape.backward(ssim_loss(tape, y, t));
    auto const g = y.slot().take().to_host();
    for (real const v : g) CHECK(std::isfinite(v));
    CHECK(g[16] == 0);
    CHECK(std::abs(g[14]) > 1e-3);
}

TEST_CASE("the ssim loss holds slabs, not volumes", "[loss]") {
    Context const ctx;
    auto const peak = [&](index_t slices) {
        auto const t = Tensor<complex>::from(ctx, {slices, 32, 32}, random_complex(static_cast<std::size_t>(slices * 1024), 1));
        Tape tape;
        auto const x = tape.variable(t.reinterpret<real>({slices, 32, 32, 2}).clone());
        std::size_t const live = ctx.allocator().use().live;
        ctx.allocator().reset_peak();
        tape.backward(ssim_loss(tape, x, t));
        return ctx.allocator().use().peak - live - x.value().bytes(); // the gradient is a volume
    };
    std::size_t const slice = 1024 * sizeof(real);
    CHECK(peak(100) <= 248 * slice + 65536);
    CHECK(peak(200) <= peak(100) + 4096);
}

TEST_CASE("a sum of losses weights values and gradients, and reports the single losses", "[loss]") {
    Context const ctx = each_device();
    Pair const data(ctx, {3, 4, 5});
    std::vector<LossTerm> const terms{{LossKind::l1, 0.5}, {LossKind::ssim, 2}, {LossKind::nl2, 3}};
    auto const gradient = [&](std::vector<LossTerm> const& some, double& total, std::vector<double>& values) {
        Tape tape;
        auto const x = tape.variable(data.prediction);
        auto const loss = evaluate_loss(tape, some, x, data.target, data.mask);
        total = value(loss.total);
        values = loss.terms;
        tape.backward(loss.total);
        return x.slot().take().to_host();
    };
    double total = 0, expected_total = 0;
    std::vector<double> values;
    auto const g = gradient(terms, total, values);
    REQUIRE(values.size() == 3);
    std::vector<double> expected(g.size());
    for (std::size_t k = 0; k < terms.size(); ++k) {
        double one = 0;
        std::vector<double> single;
        auto const part = gradient({{terms[k].kind, 1}}, one, single);
        CHECK(one == values[k]);
        expected_total += terms[k].weight * one;
        for (std::size_t i = 0; i < g.size(); ++i) expected[i] += terms[k].weight * part[i];
    }
    CHECK(total == Approx(expected_total).epsilon(tolerance(1e-6, 1e-14)));
    for (std::size_t i = 0; i < g.size(); ++i) CHECK(g[i] == Approx(expected[i]).margin(tolerance(1e-6, 1e-14)));
}

TEST_CASE("the k-space loss weights points", "[loss]") {
    Context const ctx = each_device();
    index_t const coils = 3, points = 11;
    auto const t = random_complex(static_cast<std::size_t>(coils * points), 5);
    auto const p = random_real(static_cast<std::size_t>(coils * points * 2), 6);
    auto w = random_real(static_cast<std::size_t>(points), 7, 0, 2);
    w[4] = 0; // a point left to the network's input
    double error = 0, reference = 0;
    for (std::size_t i = 0; i < t.size(); ++i) {
        double const weight = w[i % w.size()];
        error += weight * (std::pow(double(p[2 * i]) - t[i].re, 2) + std::pow(double(p[2 * i + 1]) - t[i].im, 2));
        reference += weight * (std::pow(double(t[i].re), 2) + std::pow(double(t[i].im), 2));
    }
    auto const target = Tensor<complex>::from(ctx, {coils, points}, t);
    auto const prediction = Tensor<real>::from(ctx, {coils, points, 2}, p);
    auto const weights = Tensor<real>::from(ctx, {points}, w);
    Tape tape;
    auto const x = tape.variable(prediction);
    auto const loss = weighted_l2_loss(tape, x, target, weights);
    CHECK(value(loss) == Approx(error / reference).epsilon(tolerance(1e-6, 1e-13)));
    tape.backward(loss);
    auto const g = x.slot().take().to_host();
    CHECK(g[8] == 0);
    CHECK(g[10] != 0);
    check_gradients({prediction}, ParameterList(ctx, true),
        [&](Tape& tp, std::vector<Var> const& v) { return weighted_l2_loss(tp, v[0], target, weights); });
    CHECK_THROWS_WITH(weighted_l2_loss(tape, x, target, Tensor<real>::zeros(ctx, {points + 1})), Contains("[12]"));
    CHECK_THROWS_WITH(weighted_l2_loss(tape, x, target, Tensor<real>::zeros(ctx, {points})), Contains("none"));
}

TEST_CASE("losses and their gradients are the same bits for any number of threads", "[loss]") {
    Context const ctx;
    Pair const data(ctx, {33, 34, 35});
    std::vector<LossTerm> const terms{{LossKind::l1, 1}, {LossKind::l2, 1}, {LossKind::nl2, 1}, {LossKind::ssim, 1}};
    auto const run = [&](int threads) {
        int const before = omp_get_max_threads();
        omp_set_num_threads(threads);
        Tape tape;
        auto const x = tape.variable(data.prediction);
        auto const loss = evaluate_loss(tape, terms, x, data.target, data.mask);
        auto const values = loss.terms;
        tape.backward(loss.total);
        omp_set_num_threads(before);
        return std::pair(values, x.slot().take().to_host());
    };
    CHECK(run(1) == run(3));
}

TEST_CASE("losses refuse what does not fit", "[loss]") {
    Context const ctx;
    Tape tape;
    auto const t = Tensor<complex>::from(ctx, {2, 3, 4}, random_complex(24, 1));
    auto const zero = Tensor<complex>::zeros(ctx, {2, 3, 4});
    Var const p(Tensor<real>::zeros(ctx, {2, 3, 4, 2}));
    auto const mask = Tensor<real>::zeros(ctx, {2, 3, 4}), other = Tensor<real>::zeros(ctx, {2, 3, 5});
    CHECK_THROWS_WITH(l1_loss(tape, Var(Tensor<real>::zeros(ctx, {2, 3, 4, 1})), t), Contains("[2, 3, 4, 1]") && Contains("l1"));
    CHECK_THROWS_WITH(l2_loss(tape, p, t, other), Contains("[2, 3, 5]"));
    CHECK_THROWS_WITH(l2_loss(tape, p, t, mask), Contains("none of the 24"));
    CHECK_THROWS_WITH(ssim_loss(tape, p, t, mask), Contains("none of the 24"));
    CHECK_THROWS_WITH(ssim_loss(tape, p, zero), Contains("the target is zero"));
    CHECK_THROWS_WITH(normalised_l2_loss(tape, p, zero), Contains("the target is zero"));
    CHECK_THROWS_WITH(evaluate_loss(tape, {}, p, t), Contains("no terms"));
    CHECK(l2_loss(tape, p, zero).value().to_host().at(0) == 0); // but a zero target has a distance
}

TEST_CASE("a loss is configured by kind and weight", "[loss]") {
    auto const term = parse_config<LossTerm>(R"({"kind": "ssim", "weight": 0.25})", "test");
    CHECK(term.kind == LossKind::ssim);
    CHECK(term.weight == 0.25);
    CHECK_THROWS_WITH(parse_config<LossTerm>(R"({"weight": 0})", "test"), Contains("weight"));
}
