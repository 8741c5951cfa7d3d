// The trained weights that come with the program.
#pragma once

#include "recon/scan/scan.h"

#include <filesystem>

namespace tessera {

/// The file of those weights that were trained for scans most like this one. Says in the log which, and why.
///
/// They lie in share/tessera/weights beside the folder of the installed program, else where they were when it was built.
/// Throws Error where there are none, or none for the scan's dimension and density compensation.
std::filesystem::path shipped_weights(Scan const& scan, DensityConfig const& density);

/// The same of the weights in `folder`.
std::filesystem::path weights_for(Scan const& scan, DensityConfig const& density, std::filesystem::path const& folder);

} // namespace tessera
