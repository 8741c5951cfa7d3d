// What is minimised: a weighted sum of losses in the image, chosen by the configuration.
#pragma once

#include "core/config/config.h"
#include "nn/losses/difference.h"

#include <array>
#include <string_view>
#include <vector>

namespace tessera {

enum class LossKind { l1, l2, nl2, ssim };
constexpr std::array<std::string_view, 4> config_names(LossKind) { return {"l1", "l2", "nl2", "ssim"}; }

struct LossTerm {
    LossKind kind = LossKind::l1;
    double weight = 1;

    void describe(ConfigVisitor& v) {
        v("kind", kind, "l1: mean |p - t|; l2: mean |p - t|^2; nl2: ||p - t||^2 / ||t||^2; ssim: 1 - structural similarity of magnitudes.");
        v("weight", weight, "Factor of this term in the sum.", {.above = 0});
    }
};

struct LossValue {
    Var total;                 ///< of shape [1]
    std::vector<double> terms; ///< the losses before their weights, in the order of the terms
};

/// The weighted sum of the terms. Saves what its terms save.
/// Shapes: prediction [z, y, x, 2], target and mask [z, y, x]. Throws Error for no terms, and as the losses do.
LossValue evaluate_loss(Tape& tape, std::vector<LossTerm> const& terms, Var const& prediction, Tensor<complex> const& target,
    LossMask const& mask = {});

} // namespace tessera
