// A normal operator between its uses.
#pragma once

#include "recon/sense/scan_part.h"
#include "recon/sense/sense_operator.h"

namespace tessera {

/// What it takes to have the normal operator of a scan back, in host memory: the spectrum of a convolution, or readouts that are sorted once.
class WaitingModel {
public:
    /// `model` is that of `part`, which stays where the model grids.
    WaitingModel(SenseOperator const& model, HostPart part);

    /// The operator in the memory of `context`, for maps of the matrix that it was made for. Its normal() alone may be used.
    std::shared_ptr<SenseOperator const> in(Context const& context, CoilMaps const& maps, NufftConfig const& config) const;

private:
    Tensor<real> spectrum_; ///< of the convolution; none where the operator grids
    std::optional<HostPart> part_;
};

} // namespace tessera
