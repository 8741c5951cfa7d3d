// How far a scan is from those that weights were trained on.
#pragma once

#include "recon/scan/scan.h"
#include "recon/sense/conditions.h"
#include "recon/unrolled/model_file.h"

#include <string>
#include <vector>

namespace tessera {

/// The scan's figures, each with the range of the training in brackets.
std::string beside_training(SamplingConfig const& trained, Scan const& scan, ScanConditions const& conditions);

/// A sentence for everything that lies outside of the training by more than half: what it is, and what to expect of the image. Empty
/// where nothing does. Ranges that old files of weights do not have are not judged.
std::vector<std::string> unusual(SamplingConfig const& trained, Scan const& scan, ScanConditions const& conditions);

} // namespace tessera
