#include "recon/unrolled/informed_network.h"

#include "nn/ops/scale.h"

#include <cmath>

namespace tessera {

std::vector<double> numbers_told(ScanConditions const& c, double place) {
    return {std::log10(std::max(c.noise, 1e-4)) + 1.5, std::log10(expected_error(c)) + 1, 2 * place - 1};
}

double expected_error(ScanConditions const& c) { return std::max(2.5 * c.inconsistency, 1e-4); }

Var InformedNetwork::forward(Tape& tape, Var const& x, std::span<double const> told) const {
    require(told.empty(), "informed network: it knows what to tell");
    if (told_.empty()) return network_.forward(tape, x);
    return scale(tape, network_.forward(tape, scale(tape, x, 1 / scale_), told_), scale_);
}

} // namespace tessera
