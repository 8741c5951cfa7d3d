// Anderson's acceleration: the next iterate from what earlier steps have shown of a map.
#pragma once

#include "core/arrays/volume_store.h"

namespace tessera {

/// The steps that a fixed-point iteration took: how residuals r = f(x) - x and values y = f(x) changed from one to the next.
///
/// Source: Anderson 1965, doi:10.1145/321296.321305; type II of Fang and Saad 2009, doi:10.1002/nla.617; regularised as by Scieur et al. 2016,
/// arXiv:1606.04133, with every column scaled to norm 1.
class AndersonHistory {
public:
    /// Of `depth` steps at most, 1 or more. Holds two volumes for each, where `place` says.
    AndersonHistory(Context const& context, CheckpointPlace place, index_t depth)
        : depth_(static_cast<std::size_t>(depth)), residuals_(context, place), values_(context, place), products_(depth_ * depth_, 0.0) {}

    /// Adds the latest step: the change of the residual, and of the value. The oldest one goes where there are more than `depth`.
    /// Returns gamma = argmin ||r - sum_j gamma_j dr_j||^2, a number for each step kept. Takes a volume.
    std::vector<double> add(Tensor<complex> residual_change, Tensor<complex> value_change, Tensor<complex> const& residual);
    /// y -= sum_j gamma_j dy_j. Takes a volume.
    void subtract(std::vector<double> const& gamma, Tensor<complex> const& y);
    void forget() { kept_ = added_ = 0; }

private:
    double& product(std::size_t i, std::size_t j) { return products_[i * depth_ + j]; }

    std::size_t depth_, kept_ = 0, added_ = 0;
    VolumeStore residuals_, values_;
    std::vector<double> products_; // Re <dr_i, dr_j>
};

/// (A + regularisation diag(A)) x = b for a symmetric positive semi-definite A, by Cholesky after scaling to a unit diagonal.
/// Unknowns whose diagonal is 0 are 0.
std::vector<double> solve_regularised(std::vector<double> const& a, std::vector<double> const& b, double regularisation);

} // namespace tessera
