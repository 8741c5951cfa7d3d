// Convolutions of maps with more elements than a library takes.
#pragma once

#include "nn/convolution/convolution.h"

namespace tessera::convolution {

/// What computes a convolution and its gradients in one piece, as convolution.h has them, and the most elements that a map of it may have.
struct Library {
    void (*forward)(ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias, Tensor<real> const& y);
    void (*backward_data)(ConvolutionShape const&, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx);
    void (*backward_weights)(ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
        Tensor<real> const& gbias);
    index_t most_elements;
};

// The same functions by a library. Where a map has more than `most_elements`, slabs of planes along z are computed with the planes
// beside them that they depend on, in a map of their own of at most an eighth of that. Throws Error where even one plane has too many.
void forward(Library const&, ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& w, Tensor<real> const& bias,
    Tensor<real> const& y);
void backward_data(Library const&, ConvolutionShape const&, Tensor<real> const& w, Tensor<real> const& gy, Tensor<real> const& gx);
void backward_weights(Library const&, ConvolutionShape const&, Tensor<real> const& x, Tensor<real> const& gy, Tensor<real> const& gw,
    Tensor<real> const& gbias);

} // namespace tessera::convolution
