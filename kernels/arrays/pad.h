// Between volumes and the zero-padded, wrapped grid of their transforms.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// grid(z, y, x, coil) = w_z w_y w_x volume, voxel N/2 at grid index 0, wrapped; zero elsewhere.
struct PadVolume {
    View<complex const, 4> volumes; ///< [coil, z, y, x]
    View<real const, 1> wz, wy, wx; ///< separable weights of the volume's axes
    View<complex, 4> grid;          ///< [z, y, x, coil]
};

/// volume = w_z w_y w_x grid(z, y, x, coil): the adjoint of PadVolume.
struct CropVolume {
    View<complex const, 4> grid;
    View<real const, 1> wz, wy, wx;
    View<complex, 4> volumes;
};

/// grid(z, y, x) = p_z p_y p_x volume (of conj(volume)) at the grid's beginning; zero elsewhere. The grid may be the volume.
struct PadModulated {
    View<complex const, 3> volume;
    View<complex const, 1> pz, py, px; ///< of the volume's axes
    bool conjugate;
    View<complex, 3> grid;
};

/// volume = conj(p_z p_y p_x) grid, or the conjugate of that: the adjoint of PadModulated; added to what is there when `accumulate`.
struct CropModulated {
    View<complex const, 3> grid;
    View<complex const, 1> pz, py, px;
    bool conjugate, accumulate;
    View<complex, 3> volume;
};

} // namespace tessera
