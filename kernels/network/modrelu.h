// modReLU, the ReLU of the magnitude of complex numbers, and its pullback. Maps are [voxel, complex channel].
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// y = max(|x| + bias(channel), 0) x / |x|, and 0 where x is. x may be y.
struct ModRelu {
    View<complex const, 2> x;
    View<real const, 1> bias;
    View<complex, 2> y;

    Work work() const { return moved(2 * y.size() * static_cast<index_t>(sizeof(complex))); }
};

/// g becomes the gradient with respect to x, from the result y. Where y = 0, the derivative is taken as 1 for a bias >= 0,
/// as along the radius, and as 0 elsewhere.
struct ModReluPullback {
    View<complex const, 2> y;
    View<real const, 1> bias;
    View<complex, 2> g;

    Work work() const { return moved(3 * g.size() * static_cast<index_t>(sizeof(complex))); }
};

/// partial(s, channel) = sum over stretch s of the voxels of what g is worth to the bias: Re(conj(y) g) / |y|.
struct ModReluBiasStretches {
    View<complex const, 2> y, g;
    View<double, 2> partial;
};

} // namespace tessera
