// Readouts that a reconstruction does not see, and how well it predicts them.
#pragma once

#include "recon/scan/scan.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace tessera {

/// The stream of a seed that held-out readouts are drawn from, in training as well: equal seeds and fractions give equal readouts.
constexpr std::uint64_t kHeldOutStream = 1ull << 32;

/// 0 ... n - 1.
std::vector<index_t> all_readouts(index_t n);

/// The nearest number to a fraction of n, at least 1 and at most n - 1.
index_t share_of(index_t n, double fraction);

/// Splits `from` into `count` elements drawn at random and the rest, both ascending.
std::pair<std::vector<index_t>, std::vector<index_t>> draw_readouts(std::vector<index_t> from, index_t count, std::uint64_t seed,
    std::uint64_t stream);

/// The scan with these of its readouts only, in their order. Fewer readouts leave wider gaps, so the weights grow by the share.
/// Throws Error for a readout that the scan does not have, and for none.
Scan select_readouts(Scan const& scan, std::vector<index_t> const& readouts);

struct SplitScan {
    Scan used, held_out;
};

/// Readouts of a scan in three parts that share none, each ascending.
struct HeldOutReadouts {
    std::vector<index_t> report; ///< errors are reported on these, and nothing is decided by them
    std::vector<index_t> choose; ///< weights, and whatever else is tried, are chosen by these
    std::vector<index_t> used;   ///< all others
};

/// The readouts to report on are those of hold_out(); the ones to choose by are drawn from the rest, so many of it as
/// share_of(rest, choose) says: what hold_out() of SplitScan::used holds out. Throws Error where less than two are left.
HeldOutReadouts hold_out_twice(index_t readouts, double report, double choose, std::uint64_t seed);

/// Holds a random part of the readouts out, share_of() of them; the weights of either part grow as its gaps do.
/// Throws Error for fewer than two readouts and a fraction that is not between 0 and 1.
SplitScan hold_out(Scan const& scan, double fraction, std::uint64_t seed);

/// ||W^1/2 (A x - y)|| / ||W^1/2 y|| for an image x [z, y, x] in any memory: 0 predicts the samples, 1 is what an image of zero has.
///
/// Noise cannot be predicted, so the best possible value is the noise's share of the samples. A and W are those of the scan; its
/// maps are needed. Throws Error for an image of another shape and samples that are zero.
double kspace_error(Scan const& held_out, Tensor<complex> const& image, NufftConfig const& config);

} // namespace tessera
