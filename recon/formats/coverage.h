// How much of a matrix the samples fill: the sign of a trajectory in other units than it is read in.
#pragma once

#include "recon/formats/units.h"

namespace tessera {

/// Refuses a trajectory that leaves most of its matrix empty along an axis, or that without a matrix spans but a few voxels,
/// naming the units that its numbers look like.
///
/// units_given: the user chose the units, so that what is unusual may be meant and becomes a note of the scan.
void check_coverage(Acquisition& scan, bool units_given);

} // namespace tessera
