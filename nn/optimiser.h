// How gradients change parameters.
#pragma once

#include "core/config/config.h"
#include "nn/parameter.h"
#include "nn/weights/named_tensor.h"

#include <array>
#include <string_view>
#include <vector>

namespace tessera {

enum class OptimiserKind { adam, adamw };
constexpr std::array<std::string_view, 2> config_names(OptimiserKind) { return {"adam", "adamw"}; }

struct OptimiserConfig {
    OptimiserKind kind = OptimiserKind::adam;
    double learning_rate = 1e-3;
    double beta1 = 0.9, beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;
    std::optional<double> clip_norm;

    /// Throws Error for a decay rate of 1 or more, as describe()'s limits include their end.
    void check() const;
    void describe(ConfigVisitor& v) {
        v("kind", kind, "adam: weight decay is part of the gradient; adamw: weights shrink by learning rate times decay.");
        v("learning_rate", learning_rate, "Step size before the schedule.", {.above = 0});
        v("beta1", beta1, "Decay of the mean of gradients, below 1.", {.min = 0, .max = 1});
        v("beta2", beta2, "Decay of the mean of squared gradients, below 1.", {.min = 0, .max = 1});
        v("epsilon", epsilon, "Added to the root of the mean square.", {.above = 0});
        v("weight_decay", weight_decay, "Weight decay of convolution filters; biases and step sizes have none.", {.min = 0});
        v("clip_norm", clip_norm, "Largest norm of the gradient of all parameters together; null: any.", {.above = 0});
    }
};

/// Adam and AdamW with bias correction, in place.
///
/// Sources: Kingma, Ba 2015, arXiv:1412.6980; Loshchilov, Hutter 2019, arXiv:1711.05101.
class Optimiser {
public:
    /// Of the trained parameters of the list. Throws Error for a configuration out of range.
    Optimiser(OptimiserConfig const& config, ParameterList const& parameters);

    /// One step from the gradients, which stay as they are. `number` is 1 for the first step: it is the caller's, who keeps it
    /// for the schedule anyway, so that the state is tensors only. Throws Error for a number below 1.
    void step(index_t number, double learning_rate) const;
    /// Means and mean squares, named "mean.<parameter>" and "square.<parameter>". Restoring their values restores the optimiser.
    NamedTensors state() const;

private:
    struct Moments {
        Parameter parameter;
        Tensor<real> mean, square;
    };
    OptimiserConfig config_;
    std::vector<Moments> all_;
};

/// The norm of all gradients together, accumulated in double, before they are scaled so that it is at most `largest`.
/// Where it is not finite nothing is changed: the caller decides whether to skip the step. Waits for the device.
double clip_gradients(ParameterList const& parameters, std::optional<double> largest);

} // namespace tessera
