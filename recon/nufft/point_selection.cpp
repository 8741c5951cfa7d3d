#include "recon/nufft/point_selection.h"

#include <cstring>

namespace tessera {

void copy_points(PointSelection const& chosen, std::size_t bytes, void const* from, void* to) {
    std::size_t const run = static_cast<std::size_t>(chosen.length) * bytes;
    index_t const runs = std::ssize(chosen.runs);
#pragma omp parallel for schedule(static)
    for (index_t i = 0; i < runs; ++i)
        std::memcpy(static_cast<char*>(to) + static_cast<std::size_t>(i) * run,
            static_cast<char const*>(from) + static_cast<std::size_t>(chosen.runs[static_cast<std::size_t>(i)]) * run, run);
}

} // namespace tessera
