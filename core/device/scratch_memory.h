// Memory in files without names: what does not fit into memory waits on a disk.
#pragma once

#include <cstddef>
#include <filesystem>

namespace tessera {

/// Memory whose pages lie in an unlinked file of `folder`; the system keeps in memory what is in use, and takes it back when it needs the
/// room. The space on the disk is taken now. Throws Error with the system's reason where it cannot be had.
void* map_scratch(std::filesystem::path const& folder, std::size_t bytes);
void unmap_scratch(void* memory, std::size_t bytes) noexcept;

/// TMPDIR, or /var/tmp, which is on a disk where /tmp may be memory.
std::filesystem::path default_scratch();

} // namespace tessera
