#include "recon/unrolled/cg_solve.h"

#include "core/arrays/vector_ops.h"
#include "kernels/arrays/real_arithmetic.h"
#include "nn/complex_channels.h"

#include <cmath>

namespace tessera {

double scalar(Parameter const& p) {
    require(p.value.size() == 1, "parameter \"{}\": shape {}, expected one number", p.name, p.value.shape().str());
    return static_cast<double>(p.value.to_host()[0]);
}

void add_to_gradient(Parameter const& p, double value) {
    if (!p.trained()) return;
    auto const one = Tensor<real>::from(p.gradient.context(), {1}, std::vector<real>{static_cast<real>(value)});
    enqueue(p.gradient.stream(), AxpbyReal{1, one.flat(), 1, p.gradient.flat()});
}

Var cg_solve(Tape& tape, DataTerm const& data, Var const& z, Parameter const& log_lambda, DataConsistencyConfig const& config,
    std::shared_ptr<SolverReport> const& report) {
    double const lambda = std::exp(scalar(log_lambda));
    auto const x = as_complex(z.value()).clone();
    cg_step(data, lambda, x, config, *report);
    return tape.record(as_channels(x), z.slot() || log_lambda.trained(), [=, slot = z.slot(), prior = as_complex(z.value())](Tensor<real> gradient) {
        auto const v = as_complex(gradient.unique() ? gradient : gradient.clone());
        cg_step_pullback(data, lambda, v, config, *report);
        add_to_gradient(log_lambda, lambda * (dot(v, prior).re - dot(v, x).re));
        axpby(lambda, v, 0, v);
        slot.add(as_channels(v));
    });
}

Var gradient_descent(Tape& tape, DataTerm const& data, Var const& z, Parameter const& step) {
    double const size = scalar(step);
    auto const x = as_complex(z.value()).clone();
    gradient_step(data, size, x);
    return tape.record(as_channels(x), z.slot() || step.trained(), [=, slot = z.slot(), prior = as_complex(z.value())](Tensor<real> gradient) {
        auto const g = as_complex(gradient.unique() ? gradient : gradient.clone());
        double const gb = dot(g, data.b).re;
        auto const normal = gradient_step_pullback(data, size, g);
        add_to_gradient(step, gb - dot(normal, prior).re);
        slot.add(as_channels(g));
    });
}

} // namespace tessera
