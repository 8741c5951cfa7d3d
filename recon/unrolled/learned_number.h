// A trained number that may follow the conditions of the scan.
#pragma once

#include "nn/parameter.h"

#include <optional>
#include <vector>

namespace tessera {

/// base + sum of slopes times what is told: the log of lambda or the step of one unroll and scan.
struct LearnedNumber {
    Parameter base;                  ///< [1]
    std::optional<Parameter> slopes; ///< [n]
    std::vector<double> told;        ///< n numbers

    bool trained() const { return base.trained(); }
    /// Waits for the stream.
    double value() const;
    /// Adds dL/dvalue to the gradients of base and slopes, where they are trained.
    void add_to_gradient(double gradient) const;
};

} // namespace tessera
