// Several regularisation weights in one run.
#pragma once

#include "recon/methods/methods.h"

namespace tessera {

/// A method with the weight that was chosen for it, and what all weights gave.
struct LambdaChoice {
    MethodConfig config;
    std::vector<SweepRow> rows; ///< ascending in lambda; empty: there was no choice
    std::optional<SweepMetric> metric;
};

/// Reconstructs with every weight of /sweep and takes the best by /sweep/metric, against scan.expected or, without one, by the
/// readouts that were left out. Without weights in /sweep the method stays as it is.
///
/// Throws Error for a method without a regularisation weight and for a metric that needs a reference where there is none.
LambdaChoice choose_lambda(Scan const& scan, ScanConfig const& prepared, MethodConfig const& config, MethodProgress const& progress = {});

/// "lambda,nrmse" and a line for each weight.
std::string csv(LambdaChoice const& choice);

} // namespace tessera
