// Receive coils around the body: their sensitivity maps and their noise.
#pragma once

#include "recon/shapes.h"

namespace tessera {

/// A circular loop of thick wire; positions in units of the largest field of view.
struct Loop {
    Vector3 centre, normal;
    double radius, wire; ///< `wire` blurs the conductor, so that the field stays finite at it
};

/// Magnetic field of a unit current in the loop, up to a constant.
/// Source: elliptic-integral form of Biot and Savart's law, Smythe, Static and Dynamic Electricity (1950), sec. 7.10.
Vector3 loop_field(Loop const& loop, Vector3 const& position);

struct CoilArrayConfig {
    index_t coils = 8;
    index_t rings = 0;     ///< along z; 0 chooses: 1 up to 5 coils, 2 up to 15, 3 above
    double distance = 1.1; ///< of the loops from the centre, in half fields of view
};

/// Loops on an elliptic cylinder around z, facing inwards.
class CoilArray {
public:
    /// `extent`: SamplingGrid::extent of the volumes to come.
    CoilArray(CoilArrayConfig const& config, Vector3 const& extent);

    std::vector<Loop> const& loops() const { return loops_; }

    /// Sensitivities B1- = Bx - i By of coils [begin, end), [coil, z, y, x], in cpu memory.
    /// The root of the sum of squares over all coils has its maximum of 1 at the surface of the body.
    Tensor<complex> maps(SamplingGrid const& grid, index_t begin, index_t end) const;
    Tensor<complex> maps(SamplingGrid const& grid) const { return maps(grid, 0, static_cast<index_t>(loops_.size())); }

private:
    std::vector<Loop> loops_;
    double scale_ = 1;
};

/// Noise covariance [coil, coil] of mean variance 1.
///
/// Correlation falls exponentially with the distance between loops, from `nearest` in [0, 1) for the closest pair;
/// standard deviations vary by up to `spread` (a share, in [0, 1)) between coils, random per seed.
Tensor<complex> noise_covariance(CoilArray const& array, double nearest, double spread, std::uint64_t seed);

} // namespace tessera
