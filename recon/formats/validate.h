// Refuses scans that no reconstruction could use, in one sentence.
#pragma once

#include "recon/acquisition/acquisition.h"

namespace tessera {

/// Checks shapes against each other, that every number is finite, that k-space is neither huge nor tiny and weights are not all zero, that the
/// geometry is possible, and that the trajectory lies inside the matrix where that is known.
///
/// Throws Error naming acquisition.source, the field, the first bad index and value, and what was expected.
void validate(Acquisition const& acquisition);

} // namespace tessera
