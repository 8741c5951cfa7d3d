// How wide vessels look: full width at half maximum across a vessel tree that is known.
#pragma once

#include "recon/acquisition/acquisition.h"

namespace tessera {

/// A straight line across a vessel on which an image is read; positions in voxels (x, y, z index).
struct VesselProfile {
    Vector3 centre{};   ///< on the vessel's axis
    Vector3 step{};     ///< to the next reading along the line
    index_t half = 0;   ///< readings on either side of the centre
    index_t search = 0; ///< the peak is looked for within so many readings of the centre
    double step_mm = 0;
    double diameter_mm = 0;    ///< of the vessel there
    double reference_fwhm = 0; ///< in the reference, mm
};

struct VesselSharpnessOptions {
    double smallest = 1.5, largest = 6; ///< diameters that are measured, in voxels (the cube root of their volume)
    int directions = 4;                 ///< lines across a vessel, evenly turned about its axis
};

/// The lines across vessels that can be measured in a reference, several at the middle of each piece of the tree.
///
/// Only the reference decides, so that all images are measured at the same places. A line is left out where it leaves the
/// volume, where the peak above the background is less than half of the peak itself, where it falls below half on no or only on
/// one side, where it rises above half again (a neighbour), or where it is wider than 1.3 diameters and a voxel (a
/// bifurcation). Volumes of one slice have none.
/// Shapes: reference [z, y, x] magnitudes in host memory; fov_mm along z, y, x.
/// Throws Error for an unknown field of view and values that are not finite.
std::vector<VesselProfile> choose_profiles(Tensor<real> const& reference, std::vector<VesselSegment> const& vessels, PerAxis const& fov_mm,
    VesselSharpnessOptions const& options = {});

/// Medians over the profiles on which the image shows the vessel; NaN where there is none.
struct VesselSharpness {
    index_t profiles = 0;      ///< that were chosen in the reference
    index_t lost = 0;          ///< of these, where the image shows no vessel
    double fwhm_mm = 0;        ///< full width at half maximum
    double over_diameter = 0;  ///< over the vessel's true diameter
    double over_reference = 0; ///< over the reference's own width on the same line: 1 as sharp, above 1 blurred
    double lost_share() const { return profiles > 0 ? static_cast<double>(lost) / static_cast<double>(profiles) : 0; }
};

/// Measures an image on the lines that choose_profiles() found.
///
/// Values between voxels come from cubic convolution. The background is the mean of the smallest values on either side of the
/// peak; where half of the peak above it is crossed comes from linear interpolation. A vessel is lost where its peak, sought within
/// a radius (at least a voxel) of the true axis, is less than a quarter above the background or has no crossing on either side.
/// Shapes: [z, y, x] magnitudes in host memory, as the reference. Throws Error for values that are not finite.
/// Source: cubic convolution, Keys 1981, doi:10.1109/TASSP.1981.1163711.
VesselSharpness vessel_sharpness(Tensor<real> const& image, std::vector<VesselProfile> const& profiles);

} // namespace tessera
