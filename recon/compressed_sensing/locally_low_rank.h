// The nuclear norm of small blocks of a series of images, which tissue that changes together has small.
#pragma once

#include "recon/compressed_sensing/proximal_gradient.h"

namespace tessera {

/// g(x) = sum over blocks of the sum of singular values of the matrix [state, voxel of the block], for images [state, z, y, x] in host memory.
/// Blocks have `block` voxels along each axis, fewer at the far border.
///
/// With random shifts, the blocks of the proximal map begin elsewhere in every iteration, drawn from the seed and its number, so that their
/// borders do not show; value() is always that without shifts. The proximal map is exact for its blocks: with the small Gram matrix
/// G = X X^H = U diag(s^2) U^H it is U diag(max(0, 1 - weight / s)) U^H X. Memory: a block a thread.
/// Source: Zhang, Pauly, Levesque 2015, doi:10.1002/mrm.25161; singular-value thresholding: Cai, Candes, Shen 2010, doi:10.1137/080738970.
class LocallyLowRank final : public Regulariser {
public:
    LocallyLowRank(index_t block, bool random_shifts, std::uint64_t seed) : block_(block), random_shifts_(random_shifts), seed_(seed) {}

    double value(Tensor<complex> const& x) override;
    double proximal(Tensor<complex> const& x, double weight, index_t iteration) override;
    bool steady() const override { return !random_shifts_; }

private:
    index_t block_;
    bool random_shifts_;
    std::uint64_t seed_;
};

} // namespace tessera
