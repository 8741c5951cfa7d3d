#include "core/error.h"

#include "core/files/bytes.h"

namespace tessera {

OutOfMemory::OutOfMemory(std::string const& device, std::size_t requested_, std::size_t live_, std::size_t peak_, std::size_t limit_)
    : Error(fmt::format("out of memory on {}: {} requested with {} live (peak {}, limit {})", device, format_bytes(requested_),
          format_bytes(live_), format_bytes(peak_), limit_ ? format_bytes(limit_) : "none")),
      requested(requested_), live(live_), peak(peak_), limit(limit_) {}

} // namespace tessera
