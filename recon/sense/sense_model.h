// The forward model of one prepared scan.
#pragma once

#include "recon/scan/scan.h"
#include "recon/sense/data_term.h"
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

/// The points of readouts of `samples` samples each.
std::vector<index_t> points_of(std::vector<index_t> const& readouts, index_t samples);

/// The SENSE operator of the samples.
std::shared_ptr<SenseOperator const> sense_model(CoilMaps const& maps, Samples const& samples, NufftConfig const& config,
    NormalOperator normal);

} // namespace tessera
