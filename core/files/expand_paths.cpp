#include "core/files/expand_paths.h"

#include "core/error.h"

#include <algorithm>

namespace tessera {

std::vector<std::filesystem::path> expand_paths(std::vector<std::filesystem::path> const& paths) {
    std::vector<std::filesystem::path> files;
    for (auto const& path : paths) {
        if (!std::filesystem::is_directory(path)) {
            files.push_back(path);
            continue;
        }
        std::vector<std::filesystem::path> found;
        for (auto const& entry : std::filesystem::directory_iterator(path))
            if (entry.path().extension() == ".h5") found.push_back(entry.path());
        require(!found.empty(), "{}: the folder has no .h5 files", path.string());
        std::sort(found.begin(), found.end());
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

} // namespace tessera
