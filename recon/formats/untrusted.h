// Reads files from elsewhere where a fault of a library ends nothing but the reading.
#pragma once

#include "recon/formats/read.h"

namespace tessera {

/// What a child process that reads one file may take.
struct ReadingLimits {
    std::uintmax_t bytes = 0; ///< of memory beyond what the process has already
    unsigned seconds = 0;

    /// Enough for any file of this size that is what it says.
    static ReadingLimits of(std::uintmax_t file_bytes);
};

/// read_acquisition() in a child process: libraries that loop, fault or take all memory on a damaged file end that process only.
///
/// Throws Error with the child's sentence, or with the way it ended and the limit.
Acquisition read_untrusted(std::filesystem::path const& path, ReadOptions options, ReadingLimits const& limits);

} // namespace tessera
