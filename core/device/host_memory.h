// Host memory that is no tensor.
#pragma once

#include "core/device/context.h"

namespace tessera {

/// Counts host memory that a large vector takes, for as long as this lives, so that it shows in the peak of context.host().
class HostMemory {
public:
    HostMemory(Context const& context, std::size_t bytes) : host_(context.host()), bytes_(bytes) { host_.allocator().count(bytes_); }
    HostMemory(HostMemory const&) = delete;
    HostMemory& operator=(HostMemory const&) = delete;
    ~HostMemory() { host_.allocator().discount(bytes_); }

private:
    Context host_;
    std::size_t bytes_;
};

} // namespace tessera
