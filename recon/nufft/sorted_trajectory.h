// A trajectory that is sorted for gridding once, for plans of any part of it.
#pragma once

#include "recon/nufft/gridder.h"
#include "recon/nufft/nufft.h"

namespace tessera {

/// What planning a Nufft finds out of its trajectory, kept in host memory: 16 bytes a point (32 in double).
///
/// Nufft(context, sorted, chosen, ...) is the plan of the chosen points, with the bits that they alone would give, and has not sorted them.
class SortedTrajectory {
public:
    /// For a Nufft in `context`, of whose memory nothing is kept.
    SortedTrajectory(Context const& context, Matrix const& matrix, Tensor<real> const& trajectory, NufftConfig const& options);

    /// That of the chosen points alone, numbered anew in their order, in host memory as well.
    SortedTrajectory part(PointSelection const& chosen) const;

    Matrix const& matrix() const { return matrix_; }
    Gridder const& gridder() const { return gridder_; } ///< for use with part() only

private:
    SortedTrajectory(Context const& host, Matrix const& matrix, Gridder gridder);

    Context host_;
    Matrix matrix_;
    Gridder gridder_;
};

} // namespace tessera
