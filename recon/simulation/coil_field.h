// Receive coils around the body: their sensitivity maps and their noise.
#pragma once

#include "core/config/config.h"
#include "recon/simulation/shapes.h"

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
    index_t coils = 8, dead = 0;
    index_t rings = 0;
    double distance = 1.1;
    double noise_correlation = 0.3;
    double noise_spread = 0.2;

    void describe(ConfigVisitor& v) {
        v("coils", coils, "Number of receive coils; a single one is a volume coil of uniform sensitivity.", {.min = 1, .max = 1024});
        v("dead", dead, "So many of them, the last ones, receive noise only.", {.min = 0, .max = 1023});
        v("rings", rings, "Rings of coils along z; 0 chooses: 1 up to 5 coils, 2 up to 15, 3 above.", {.min = 0, .max = 64});
        v("distance", distance, "Distance of the coils from the centre, in half fields of view.", {.above = 0});
        v("noise_correlation", noise_correlation, "Noise correlation of the closest two coils, below 1.", {.min = 0, .max = 0.99});
        v("noise_spread", noise_spread, "Largest deviation of a coil's noise level from the mean, as a share, below 1.",
            {.min = 0, .max = 0.99});
    }
};

/// Loops on an elliptic cylinder around z, facing inwards.
class CoilArray {
public:
    /// `extent`: SamplingGrid::extent of the volumes to come.
    CoilArray(CoilArrayConfig const& config, Vector3 const& extent);

    std::vector<Loop> const& loops() const { return loops_; }

    /// Sensitivities B1- = Bx - i By of coils [begin, end), [coil, z, y, x], in cpu memory.
    /// Coils that are dead see nothing. The root of the sum of squares over all coils has its maximum of 1 at the surface of the body.
    Tensor<complex> maps(SamplingGrid const& grid, index_t begin, index_t end) const;
    Tensor<complex> maps(SamplingGrid const& grid) const { return maps(grid, 0, static_cast<index_t>(loops_.size())); }

private:
    std::vector<Loop> loops_;
    index_t alive_ = 0; ///< the first of them
    double scale_ = 1;
};

/// Noise covariance [coil, coil] of mean variance 1; its levels and phases are random per seed.
/// Correlation falls exponentially with the distance between coils.
Tensor<complex> noise_covariance(CoilArray const& array, CoilArrayConfig const& config, std::uint64_t seed);

} // namespace tessera
