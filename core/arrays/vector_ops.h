// Vector arithmetic on complex tensors.
#pragma once

#include "core/arrays/tensor.h"

namespace tessera {

/// Sum of conj(x) y, accumulated in double; the same bits for any number of threads. Waits for the stream.
Complex<double> dot(Tensor<complex> const& x, Tensor<complex> const& y);
/// Euclidean norm. Waits for the stream.
double norm(Tensor<complex> const& x);
/// y = a x + b y; y may be uninitialised where b is 0.
void axpby(double a, Tensor<complex> const& x, double b, Tensor<complex> const& y);
/// |x| in host memory.
Tensor<real> magnitude(Tensor<complex> const& image);

} // namespace tessera
