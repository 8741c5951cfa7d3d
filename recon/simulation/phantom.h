// A random thorax with pulmonary vessels, in the manner of contrast-enhanced pulmonary angiography.
#pragma once

#include "recon/simulation/vessel_tree.h"

namespace tessera {

/// Procedural anatomy from a seed, known at every position, so that any matrix shows the same patient.
///
/// Torso with a fat layer, lungs of low signal, heart and great vessels, liver, spine and ribs, and branching arteries
/// and veins in both lungs; everything varies with the seed. Signal is 1 in blood. It fits a field of view whose
/// depth (y) is 0.65 of its width or more, and fades at the ends along z, as with a slab-selective pulse.
class Thorax {
public:
    explicit Thorax(std::uint64_t seed);

    /// Arteries and veins of both lungs.
    std::vector<VesselTree> const& pulmonary_vessels() const { return pulmonary_vessels_; }

    /// Magnitudes [z, y, x], 0 ... about 1, in cpu memory; a matrix with 1 in z shows the axial slice at the centre.
    Tensor<real> magnitude(SamplingGrid const& grid) const;

private:
    std::vector<Tissue> tissues_;
    std::vector<VesselTree> pulmonary_vessels_;
};

/// A smooth phase over the field of view, random per seed.
class SmoothPhase {
public:
    /// `strength`: about the largest deviation from the mean, in radians.
    SmoothPhase(std::uint64_t seed, double strength);
    double at(Vector3 const& position) const;
    /// Multiplies a volume [z, y, x] in host memory by exp(i phase).
    void apply_to(Tensor<complex> const& volume, SamplingGrid const& grid) const;

private:
    struct Wave {
        Vector3 frequency;
        double amplitude, offset;
    };
    double mean_;
    std::vector<Wave> waves_;
};

} // namespace tessera
