// Builds without CUDA have no tensors on a GPU.
#include "nn/convolution/convolution.h"

namespace tessera::convolution::cuda {

void forward(ConvolutionShape const&, Tensor<real> const&, Tensor<real> const&, Tensor<real> const&, Tensor<real> const&) {
    fail("convolution: this build has no CUDA");
}
void backward_data(ConvolutionShape const&, Tensor<real> const&, Tensor<real> const&, Tensor<real> const&) {
    fail("convolution: this build has no CUDA");
}
void backward_weights(ConvolutionShape const&, Tensor<real> const&, Tensor<real> const&, Tensor<real> const&, Tensor<real> const&) {
    fail("convolution: this build has no CUDA");
}

} // namespace tessera::convolution::cuda
