// What a plan declares before it exists.
#pragma once

#include <cstddef>

namespace tessera {

/// Bytes of device memory, as the allocator counts them: of the plan itself, and beside it while it works.
struct MemoryNeed {
    std::size_t held = 0, workspace = 0;
};

} // namespace tessera
