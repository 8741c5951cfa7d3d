// Ellipsoids, whose k-space is known in closed form: the oracle of transforms and reconstructions.
#pragma once

#include "recon/simulation/shapes.h"

namespace tessera {

/// A sum of ellipsoids of constant signal.
class EllipsoidPhantom {
public:
    struct Part {
        Ellipsoid shape;
        double signal; ///< added to what lies there already
    };
    explicit EllipsoidPhantom(std::vector<Part> parts) : parts_(std::move(parts)) {}

    /// Ten ellipsoids like those of Shepp and Logan's head in three dimensions, of higher contrast; they fit a cubic field of view.
    static EllipsoidPhantom head();

    /// Signal [z, y, x] with antialiased edges, in cpu memory; a matrix with 1 in z shows the slice z = 0.
    Tensor<real> magnitude(SamplingGrid const& grid) const;

    /// What Nufft::forward gives for an infinitely fine volume, scaled to the matrix of `grid`: [readout, sample].
    ///
    /// `trajectory` is [readout, sample, 3] in cycles per field of view, in host memory. For a matrix with 1 in z it is
    /// the k-space of the slice z = 0, and the ellipsoids may be turned about z only (Throws Error otherwise).
    /// Source: Koay, Sarlls, Ozarslan 2007, doi:10.1002/mrm.21292.
    Tensor<complex> kspace(SamplingGrid const& grid, Tensor<real> const& trajectory) const;

private:
    std::vector<Part> parts_;
};

} // namespace tessera
