// 3D convolutions and the two halves of their gradient, on the device of their tensors.
#pragma once

#include "core/arrays/tensor.h"

#include <compare>

namespace tessera {

/// A convolution with zero padding of (filter - 1) / 2 on every side.
struct ConvolutionShape {
    Matrix input{};          ///< voxels
    index_t in = 0, out = 0; ///< channels
    index_t filter = 3;      ///< odd; the same along z, y and x
    index_t stride = 1;

    /// ceil(input / stride).
    Matrix output() const { return {(input[0] - 1) / stride + 1, (input[1] - 1) / stride + 1, (input[2] - 1) / stride + 1}; }
    Shape weights() const { return {out, in, filter, filter, filter}; }
    auto operator<=>(ConvolutionShape const&) const = default;
};

// Feature maps are [z, y, x, channel], weights [out, in, z, y, x] (PyTorch's layout), bias [out].
// Like PyTorch, the filter is not flipped: y(r) = sum_d w(d) x(stride r + d - padding).
namespace convolution {

/// Whether a stream only rehearses; its work is then added up.
bool rehearsed(ConvolutionShape const&, Stream stream);

/// y = w * x + bias; an empty bias is 0.
void forward(ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y);
/// Overwrites gx.
void backward_data(ConvolutionShape const&, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx);
/// Adds to gw, and to gbias where it is not empty.
void backward_weights(ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias);

/// Of memory of the host: oneDNN for float, loops for double, which oneDNN does not have.
namespace host {
void forward(ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y);
void backward_data(ConvolutionShape const&, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx);
void backward_weights(ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias);
} // namespace host

/// Of memory of a GPU: cuDNN.
namespace cuda {
void forward(ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y);
void backward_data(ConvolutionShape const&, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx);
void backward_weights(ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias);
} // namespace cuda

} // namespace convolution

} // namespace tessera
