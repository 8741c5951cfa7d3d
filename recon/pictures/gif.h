// Moving pictures.
#pragma once

#include "recon/pictures/png.h"

namespace tessera {

/// Grey pictures of one size, one after another without end, each for so many seconds (in hundredths).
/// Throws Error for none, for others, and where the file cannot be written; nothing is half-written.
void write_gif(std::filesystem::path const& path, std::vector<Picture> const& frames, double seconds);

} // namespace tessera
