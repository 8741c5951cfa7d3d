#include "nn/moving_average.h"
#include "nn/optimiser.h"
#include "nn/schedule.h"
#include "tests/support/gradient_check.h"

#include <limits>

using namespace tessera;
using namespace tessera::test;
using Catch::Matchers::Contains;

namespace {

// A weight that decays and a bias that does not, of sizes that fit no block.
ParameterList two_parameters(Context const& ctx) {
    ParameterList list(ctx, true, 3);
    list.add_he("weight", {3, 5, 3}, 15);
    list.add_constant("bias", {7}, 0.5);
    return list;
}

void set_gradients(ParameterList const& list, unsigned seed) {
    for (auto const& p : list.all()) p.gradient.copy_from(random_tensor(p.value.context(), p.value.shape(), seed));
}

std::vector<std::vector<real>> values(ParameterList const& list) {
    std::vector<std::vector<real>> all;
    for (auto const& p : list.all()) all.push_back(p.value.to_host());
    return all;
}

// One element's history in double, as the papers write it.
struct ScalarAdam {
    OptimiserConfig config;
    double x, mean = 0, square = 0;

    void step(int n, double rate, double g, bool decays) {
        double const decay = decays ? config.weight_decay : 0;
        if (config.kind == OptimiserKind::adam) g += decay * x;
        mean = config.beta1 * mean + (1 - config.beta1) * g;
        square = config.beta2 * square + (1 - config.beta2) * g * g;
        double const m = mean / (1 - std::pow(config.beta1, n)), v = square / (1 - std::pow(config.beta2, n));
        double const step = rate * m / (std::sqrt(v) + config.epsilon);
        x -= step + (config.kind == OptimiserKind::adamw ? rate * decay * x : 0);
    }
};

} // namespace

TEST_CASE("Adam and AdamW follow their formulas", "[optimiser]") {
    Context const ctx = each_device();
    OptimiserConfig config;
    config.kind = GENERATE(OptimiserKind::adam, OptimiserKind::adamw);
    config.weight_decay = GENERATE(0.0, 0.3);
    config.beta1 = 0.8;
    config.epsilon = 1e-3;
    auto const list = two_parameters(ctx);
    std::vector<std::vector<ScalarAdam>> expected;
    for (auto const& v : values(list)) {
        expected.emplace_back();
        for (real const x : v) expected.back().push_back({config, x});
    }
    Optimiser const optimiser(config, list);
    for (int n = 1; n <= 6; ++n) {
        double const rate = 0.01 * n;
        set_gradients(list, static_cast<unsigned>(n));
        for (std::size_t k = 0; k < expected.size(); ++k) {
            auto const g = list.all()[k].gradient.to_host();
            for (std::size_t i = 0; i < g.size(); ++i) expected[k][i].step(n, rate, g[i], k == 0);
        }
        optimiser.step(n, rate);
    }
    auto const x = values(list);
    for (std::size_t k = 0; k < x.size(); ++k)
        for (std::size_t i = 0; i < x[k].size(); ++i) CHECK(x[k][i] == Approx(expected[k][i].x).margin(tolerance(2e-6, 1e-14)));
}

TEST_CASE("Adam's first step is the learning rate, whatever the size of the gradient", "[optimiser]") {
    Context const ctx;
    ParameterList list(ctx, true);
    auto const p = list.add_constant("x", {2}, 1);
    p.gradient.copy_from(Tensor<real>::from(ctx, {2}, std::vector<real>{1000, real(-0.01)}));
    Optimiser(OptimiserConfig(), list).step(1, 0.25);
    CHECK(p.value.to_host()[0] == Approx(0.75));
    CHECK(p.value.to_host()[1] == Approx(1.25));
}

TEST_CASE("an optimiser that is restored goes on bit for bit", "[optimiser]") {
    Context const ctx = each_device();
    OptimiserConfig config;
    config.weight_decay = 0.1;
    auto const run = [&](ParameterList const& list, Optimiser const& optimiser, MovingAverage const& average, int from, int to) {
        for (int n = from; n <= to; ++n) {
            set_gradients(list, static_cast<unsigned>(n));
            optimiser.step(n, 0.1);
            average.update(n);
        }
    };
    auto const first = two_parameters(ctx);
    Optimiser const optimiser(config, first);
    MovingAverage const average(0.9, first);
    run(first, optimiser, average, 1, 3);

    auto const second = two_parameters(ctx); // as if in another process
    Optimiser const restored(config, second);
    MovingAverage const restored_average(0.9, second);
    auto const copy = [](NamedTensors const& from, NamedTensors const& to) {
        REQUIRE(from.size() == to.size());
        for (std::size_t i = 0; i < from.size(); ++i) {
            CHECK(from[i].name == to[i].name);
            to[i].value.copy_from(from[i].value);
        }
    };
    for (std::size_t i = 0; i < 2; ++i) second.all()[i].value.copy_from(first.all()[i].value);
    copy(optimiser.state(), restored.state());
    copy(average.state(), restored_average.state());

    run(first, optimiser, average, 4, 6);
    run(second, restored, restored_average, 4, 6);
    CHECK(values(first) == values(second));
    for (std::size_t i = 0; i < 2; ++i) CHECK(average.state()[i].value.to_host() == restored_average.state()[i].value.to_host());
    CHECK(optimiser.state().size() == 4);
    CHECK(optimiser.state()[1].name == "square.weight");
}

TEST_CASE("Adam finds the minimum of a quadratic", "[optimiser]") {
    Context const ctx;
    ParameterList list(ctx, true, 4);
    auto const p = list.add_he("x", {10}, 10);
    auto const target = random_real(10, 8);
    Optimiser const optimiser(OptimiserConfig{}, list);
    index_t const steps = 400;
    for (index_t n = 1; n <= steps; ++n) {
        auto g = p.value.to_host();
        for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<real>(i + 1) * (g[i] - target[i]); // curvatures 1 to 10
        p.gradient.copy_from(Tensor<real>::from(ctx, {10}, g));
        optimiser.step(n, 0.05 * schedule_factor({.kind = ScheduleKind::cosine}, n, steps));
    }
    auto const x = p.value.to_host();
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(x[i] == Approx(target[i]).margin(1e-4));
}

TEST_CASE("gradients are clipped by their norm together", "[optimiser]") {
    Context const ctx = each_device();
    auto const list = two_parameters(ctx);
    ParameterList const frozen(ctx, false);
    CHECK(clip_gradients(frozen, 1.0) == 0);
    set_gradients(list, 1);
    double square = 0;
    for (auto const& p : list.all()) square += tessera::test::inner(p.gradient, p.gradient);
    double const size = std::sqrt(square);
    auto const before = list.all()[0].gradient.to_host();

    CHECK(clip_gradients(list, {}) == Approx(size).epsilon(1e-12));
    CHECK(clip_gradients(list, size * 1.01) == Approx(size).epsilon(1e-12));
    CHECK(list.all()[0].gradient.to_host() == before);
    CHECK(clip_gradients(list, size / 4) == Approx(size).epsilon(1e-12));
    auto const after = list.all()[0].gradient.to_host();
    for (std::size_t i = 0; i < after.size(); ++i) CHECK(after[i] == Approx(before[i] / 4));
    CHECK(clip_gradients(list, {}) == Approx(size / 4).epsilon(tolerance(1e-6, 1e-12)));

    auto bad = after;
    bad[3] = std::numeric_limits<real>::quiet_NaN();
    list.all()[0].gradient.copy_from(Tensor<real>::from(ctx, list.all()[0].value.shape(), bad));
    auto const bias = list.all()[1].gradient.to_host();
    CHECK(std::isnan(clip_gradients(list, 1e-3)));
    CHECK(list.all()[1].gradient.to_host() == bias);
}

TEST_CASE("the learning rate's schedules", "[optimiser]") {
    ScheduleConfig const constant{.kind = ScheduleKind::constant, .warm_up = 4};
    CHECK(schedule_factor(constant, 1, 100) == Approx(0.2));
    CHECK(schedule_factor(constant, 4, 100) == Approx(0.8));
    CHECK(schedule_factor(constant, 5, 100) == 1);
    CHECK(schedule_factor(constant, 1000, 100) == 1);

    ScheduleConfig const cosine{.kind = ScheduleKind::cosine, .warm_up = 10, .final_fraction = 0.1};
    CHECK(schedule_factor(cosine, 11, 110) == 1);
    CHECK(schedule_factor(cosine, 61, 110) == Approx(0.55)); // half way between the two
    CHECK(schedule_factor(cosine, 36, 110) == Approx(0.1 + 0.9 * (1 + std::sqrt(0.5)) / 2));
    CHECK(schedule_factor(cosine, 111, 110) == Approx(0.1));
    CHECK(schedule_factor(cosine, 500, 110) == Approx(0.1));
    for (index_t n = 11; n < 110; ++n) CHECK(schedule_factor(cosine, n + 1, 110) < schedule_factor(cosine, n, 110));

    ScheduleConfig const step{.kind = ScheduleKind::step, .warm_up = 2, .every = 3, .factor = 0.5};
    std::vector<double> factors;
    for (index_t n = 1; n <= 9; ++n) factors.push_back(schedule_factor(step, n, 9));
    CHECK(factors == std::vector<double>{1.0 / 3, 2.0 / 3, 1, 1, 1, 0.5, 0.5, 0.5, 0.25});
    CHECK_THROWS_WITH(schedule_factor(step, 0, 9), Contains("number 0"));
    CHECK(parse_config<ScheduleConfig>(R"({"kind": "step", "every": 7})", "test").every == 7);
}

TEST_CASE("the moving average follows the weights, and is swapped in and out", "[optimiser]") {
    Context const ctx = each_device();
    ParameterList list(ctx, true);
    auto const p = list.add_constant("x", {33}, 2);
    MovingAverage average(0.5, list);
    double expected = 2;
    for (int n = 1; n <= 12; ++n) {
        p.value.copy_from(Tensor<real>::from(ctx, {33}, std::vector<real>(33, static_cast<real>(n * n))));
        average.update(n);
        double const decay = std::min(0.5, (1.0 + n) / (10.0 + n)); // 2/11, 3/12 ... 9/18, then 0.5
        expected = decay * expected + (1 - decay) * n * n;
    }
    CHECK(average.state().at(0).name == "x");
    CHECK(average.state().at(0).value.to_host()[32] == Approx(expected).epsilon(tolerance(1e-6, 1e-14)));
    auto const weights = p.value.to_host(), averages = average.state().at(0).value.to_host();
    {
        AverageInUse const in_use(average);
        CHECK(p.value.to_host() == averages);
        CHECK_THROWS_WITH(average.update(13), Contains("while the weights are the average"));
        CHECK_THROWS_AS(average.state(), Error);
        CHECK_THROWS_WITH(AverageInUse(average), Contains("in use already"));
    }
    CHECK(p.value.to_host() == weights);
    CHECK(average.state().at(0).value.to_host() == averages);
    CHECK_THROWS_WITH(MovingAverage(1, list), Contains("decay 1"));
}

TEST_CASE("an optimiser refuses rates out of range", "[optimiser]") {
    Context const ctx;
    ParameterList const list(ctx, true);
    OptimiserConfig config = parse_config<OptimiserConfig>(R"({"kind": "adamw", "beta2": 1, "clip_norm": 3})", "test");
    CHECK(config.clip_norm == 3.0);
    CHECK_THROWS_WITH(Optimiser(config, list), Contains("beta2 1"));
    CHECK_THROWS_WITH(Optimiser(OptimiserConfig(), list).step(0, 1e-3), Contains("number 0"));
}
