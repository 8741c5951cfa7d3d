// What a file records of time and motion beside its samples.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tessera {

struct RecordedSignals {
    std::vector<std::string> gating; ///< datasets (MRI_Raw.h5: of Gating/) or fields of the readouts (ISMRMRD) that hold something
    bool timestamps = false;         ///< whether readouts have the time of their acquisition
};

/// Looks at names, and at the first readouts of ISMRMRD files; nothing for files that are not HDF5. Throws Error for a damaged file.
RecordedSignals recorded_signals(std::filesystem::path const& path);

} // namespace tessera
