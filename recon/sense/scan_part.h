// Readouts of a scan of which a model is made; their k-space stays where it is.
#pragma once

#include "recon/nufft/sorted_trajectory.h"
#include "recon/scan/scan.h"

namespace tessera {

/// What of it is found without the device, in host memory.
struct HostPart {
    PointSelection chosen;
    Tensor<real> trajectory; ///< [points, 3]
    Tensor<real> weights;    ///< [points]
    std::optional<SortedTrajectory> sorted;
};

/// The same for a model, in the memory of its context.
struct ScanPart {
    PointSelection chosen;
    Tensor<real> trajectory, weights;
    std::shared_ptr<Nufft const> nufft;
};

/// These readouts of a scan in host memory. Fewer readouts leave wider gaps, so the weights grow by the share.
/// `sorted`: the scan's trajectory, or null to sort that of the part later. Touches nothing but host memory: any thread may call it.
HostPart part_of(Scan const& scan, std::vector<index_t> const& readouts, SortedTrajectory const* sorted);

/// `config` is that of the sorted trajectory, but for the coils of a pass.
ScanPart part_in(Context const& context, HostPart const& part, Matrix const& matrix, NufftConfig const& config);

} // namespace tessera
