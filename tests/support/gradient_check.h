// Compares gradients with central differences.
#pragma once

#include "nn/parameter.h"
#include "nn/tape.h"
#include "tests/support/devices.h"

#include <functional>

namespace tessera::test {

inline Tensor<real> random_tensor(Context const& context, Shape const& shape, unsigned seed, double low = -1, double high = 1) {
    return Tensor<real>::from(context, shape, random_real(static_cast<std::size_t>(shape.size()), seed, low, high));
}

inline double inner(Tensor<real> const& a, Tensor<real> const& b) {
    auto const x = a.to_host(), y = b.to_host();
    REQUIRE(x.size() == y.size());
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += double(x[i]) * double(y[i]);
    return sum;
}

/// x + h d.
inline Tensor<real> moved(Tensor<real> const& x, double h, Tensor<real> const& d) {
    auto values = x.to_host();
    auto const direction = d.to_host();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<real>(values[i] + h * direction[i]);
    return Tensor<real>::from(x.context(), x.shape(), values);
}

/// Checks the gradients of <v, f(inputs)> for a random v, along a random direction for every input and every trained
/// parameter, with a relative error of at most `bound`. f must be differentiable in the neighbourhood of the inputs (keep kinks away).
inline void check_gradients(std::vector<Tensor<real>> const& inputs, ParameterList const& parameters,
    std::function<Var(Tape&, std::vector<Var> const&)> const& f, double bound = tolerance(2e-2, 1e-7)) {
    double const h = tolerance(1e-2, 1e-5);
    auto const constants = [&] {
        std::vector<Var> v;
        for (auto const& x : inputs) v.emplace_back(x);
        return v;
    };
    Tape skip(Tape::Mode::skip);
    auto const y0 = f(skip, constants()).value();
    CHECK(skip.size() == 0);
    auto const v = random_tensor(y0.context(), y0.shape(), 91);

    parameters.zero_gradients();
    Tape tape;
    std::vector<Var> variables;
    for (auto const& x : inputs) variables.push_back(tape.variable(x));
    {
        auto const y = f(tape, variables);
        CHECK(y.value().to_host() == y0.to_host()); // recording changes nothing
        tape.backward(y, v);
    }
    CHECK(tape.size() == 0);

    auto const value_at = [&](std::vector<Var> const& at) {
        Tape off(Tape::Mode::skip);
        return inner(f(off, at).value(), v);
    };
    auto const compare = [&](double up, double down, double analytic, double scale) {
        double const numeric = (up - down) / (2 * h);
        CHECK(std::abs(numeric - analytic) <= bound * (std::abs(numeric) + scale));
    };
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        INFO("input " << i);
        auto const d = random_tensor(inputs[i].context(), inputs[i].shape(), 92 + static_cast<unsigned>(i));
        auto up = constants(), down = constants();
        up[i] = Var(moved(inputs[i], h, d));
        down[i] = Var(moved(inputs[i], -h, d));
        auto const g = variables[i].slot().take();
        REQUIRE(g.shape() == inputs[i].shape());
        compare(value_at(up), value_at(down), inner(g, d), std::sqrt(inner(g, g)));
    }
    for (auto const& p : parameters.all()) {
        if (!p.trained()) continue;
        INFO("parameter " << p.name);
        auto const d = random_tensor(p.value.context(), p.value.shape(), 71);
        auto const before = p.value.clone();
        p.value.copy_from(moved(before, h, d));
        double const up = value_at(constants());
        p.value.copy_from(moved(before, -h, d));
        double const down = value_at(constants());
        p.value.copy_from(before);
        compare(up, down, inner(p.gradient, d), std::sqrt(inner(p.gradient, p.gradient)));
    }
}

} // namespace tessera::test
