// Sums over real tensors, magnitudes, and differences of complex tensors.
#pragma once

#include "kernels/arrays/sums.h"
#include "core/arrays/tensor.h"

#include <vector>

namespace tessera {

/// Sum of all elements, accumulated in double; the same bits for any number of threads. Waits for the stream.
double sum(Tensor<real> const& x);
/// Sum of the magnitudes of all elements, likewise.
double magnitude_sum(Tensor<complex> const& x);
/// Euclidean norm of all elements of all tensors, as sum() adds. Waits for the stream once.
double norm(std::vector<Tensor<real>> const& tensors);
/// The sums that losses are made of; p has the size of t. Waits for the stream.
Difference difference(Tensor<complex> const& p, Tensor<complex> const& t, Weights const& weights, bool squared);

} // namespace tessera
