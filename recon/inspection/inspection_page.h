// Raw data on one page.
#pragma once

#include "recon/inspection/inspection.h"
#include "recon/pictures/html.h"

namespace tessera::report {

/// The page: facts, breath and gating, readouts that are left out and why, coils and noise, coverage of k-space, gradient delays, and what
/// methods will take (`costs`, where it has rows). One file; nothing is loaded from elsewhere.
std::string inspection_page(Inspection const& found, Table const& costs);

} // namespace tessera::report
