// Readouts that a reconstruction does not see, and how well it predicts them.
#pragma once

#include "recon/scan.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace tessera {

/// `count` of the numbers 0 ... n - 1, drawn at random by the seed, and the rest; both ascending.
/// Self-supervised training draws the readouts that it holds out in the same way, so equal seeds give equal readouts.
std::pair<std::vector<index_t>, std::vector<index_t>> draw_readouts(index_t n, index_t count, std::uint64_t seed);

/// The scan with these of its readouts only, in their order. Fewer readouts leave wider gaps, so the weights grow by the share.
/// Throws Error for a readout that the scan does not have, and for none.
Scan select_readouts(Scan const& scan, std::vector<index_t> const& readouts);

struct SplitScan {
    Scan used, held_out;
};

/// Holds a random part of the readouts out: the nearest number to `fraction` of them, at least one and not all.
/// Throws Error for fewer than two readouts and a fraction that is not between 0 and 1.
SplitScan hold_out(Scan const& scan, double fraction, std::uint64_t seed);

/// ||W^1/2 (A x - y)|| / ||W^1/2 y|| for an image x [z, y, x] in any memory: 0 predicts the samples, 1 is what an image of zero has.
///
/// Noise cannot be predicted, so the best possible value is the noise's share of the samples. A and W are those of the scan; its
/// maps are needed. Throws Error for an image of another shape and samples that are zero.
double kspace_error(Scan const& held_out, Tensor<complex> const& image, NufftConfig const& config);

} // namespace tessera
