#include "recon/unrolled/cg_solve.h"

#include "core/arrays/vector_ops.h"
#include "nn/complex_channels.h"

#include <cmath>

namespace tessera {

Var cg_solve(Tape& tape, DataTerm const& data, Var const& z, LearnedNumber const& log_lambda, DataConsistencyConfig const& config,
    std::shared_ptr<SolverReport> const& report) {
    double const lambda = std::exp(log_lambda.value());
    auto const x = as_complex(z.value()).clone();
    cg_step(data, lambda, x, config, *report);
    return tape.record(as_channels(x), z.slot() || log_lambda.trained(), [=, slot = z.slot(), prior = as_complex(z.value())](Tensor<real> gradient) {
        auto const v = as_complex(gradient.unique() ? gradient : gradient.clone());
        cg_step_pullback(data, lambda, v, config, *report);
        log_lambda.add_to_gradient(lambda * (dot(v, prior).re - dot(v, x).re));
        axpby(lambda, v, 0, v);
        slot.add(as_channels(v));
    });
}

Var gradient_descent(Tape& tape, DataTerm const& data, Var const& z, LearnedNumber const& step) {
    double const size = step.value();
    auto const x = as_complex(z.value()).clone();
    gradient_step(data, size, x);
    return tape.record(as_channels(x), z.slot() || step.trained(), [=, slot = z.slot(), prior = as_complex(z.value())](Tensor<real> gradient) {
        auto const g = as_complex(gradient.unique() ? gradient : gradient.clone());
        double const gb = dot(g, data.b).re;
        auto const normal = gradient_step_pullback(data, size, g);
        step.add_to_gradient(gb - dot(normal, prior).re);
        slot.add(as_channels(g));
    });
}

} // namespace tessera
