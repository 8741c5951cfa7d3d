#include "nn/optimiser.h"

#include "core/arrays/sums.h"
#include "kernels/arrays/complex_parts.h"
#include "kernels/network/adam.h"

#include <cmath>

namespace tessera {

void OptimiserConfig::check() const {
    require(learning_rate > 0 && epsilon > 0 && weight_decay >= 0,
        "optimiser: learning_rate {}, epsilon {}, weight_decay {}; expected positive ones, and a decay of at least 0", learning_rate,
        epsilon, weight_decay);
    require(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, "optimiser: beta1 {}, beta2 {}, expected at least 0 and below 1", beta1,
        beta2);
}

Optimiser::Optimiser(OptimiserConfig const& config, ParameterList const& parameters) : config_(config) {
    config_.check();
    for (auto const& p : parameters.all()) {
        if (!p.trained()) continue;
        all_.push_back(
            {p, Tensor<real>::zeros(p.value.context(), p.value.shape()), Tensor<real>::zeros(p.value.context(), p.value.shape())});
    }
}

void Optimiser::step(index_t number, double learning_rate) const {
    require(number >= 1, "optimiser: step number {}, expected 1 for the first", number);
    auto const n = static_cast<double>(number);
    double const correction1 = 1 - std::pow(config_.beta1, n), correction2 = 1 - std::pow(config_.beta2, n);
    for (auto const& [parameter, mean, square] : all_) {
        double const decay = parameter.decays ? config_.weight_decay : 0;
        bool const decoupled = config_.kind == OptimiserKind::adamw;
        enqueue(mean.stream(),
            AdamStep{
                .g = parameter.gradient.flat(),
                .x = parameter.value.flat(),
                .mean = mean.flat(),
                .square = square.flat(),
                .beta1 = static_cast<real>(config_.beta1),
                .rest1 = static_cast<real>(1 - config_.beta1),
                .beta2 = static_cast<real>(config_.beta2),
                .rest2 = static_cast<real>(1 - config_.beta2),
                .rate = static_cast<real>(learning_rate / correction1),
                .root = static_cast<real>(1 / std::sqrt(correction2)),
                .epsilon = static_cast<real>(config_.epsilon),
                .decay = static_cast<real>(decoupled ? 0 : decay),
                .shrink = static_cast<real>(decoupled ? 1 - learning_rate * decay : 1),
            });
    }
}

NamedTensors Optimiser::state() const {
    NamedTensors all;
    for (auto const& [parameter, mean, square] : all_) {
        all.push_back({"mean." + parameter.name, mean});
        all.push_back({"square." + parameter.name, square});
    }
    return all;
}

double clip_gradients(ParameterList const& parameters, std::optional<double> largest) {
    std::vector<Tensor<real>> gradients;
    for (auto const& p : parameters.all())
        if (p.trained()) gradients.push_back(p.gradient);
    double const size = norm(gradients);
    if (!largest || !std::isfinite(size) || size <= *largest) return size;
    auto const scale = static_cast<real>(*largest / size);
    for (auto const& g : gradients) enqueue(g.stream(), ScaleReal{g.flat(), scale, g.flat()});
    return size;
}

} // namespace tessera
