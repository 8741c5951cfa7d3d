// The forward model of one prepared scan.
#pragma once

#include "recon/scan/scan.h"
#include "recon/sense/data_term.h"
#include "recon/sense/scan_part.h"
#include "recon/sense/sense_operator.h"

namespace tessera {

/// Samples of a scan that a model is made of, in the memory of one context.
struct Samples {
    Tensor<complex> kspace;  ///< [coil, points]
    Tensor<real> trajectory; ///< [points, 3]
    Tensor<real> weights;    ///< [points]
};

/// The given points of samples in host memory, in that order.
Samples gather(Samples const& all, std::vector<index_t> const& points);

/// The normal operator of a scan, where it is "auto" that which this machine applies faster; a stage and the log say which, and why.
NormalOperator resolved(NormalOperator normal, CoilMaps const& maps, index_t points, NufftConfig const& config);

/// The SENSE operator of the samples. An operator that is still "auto" is a convolution.
std::shared_ptr<SenseOperator const> sense_model(CoilMaps const& maps, Samples const& samples, NufftConfig const& config,
    NormalOperator normal);
/// That of part of a scan.
std::shared_ptr<SenseOperator const> sense_model(CoilMaps const& maps, ScanPart const& part, NufftConfig const& config,
    NormalOperator normal);

} // namespace tessera
