#include "kernels/gridding/scale_grid.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, ScaleGrid const& k) {
    auto const w = k.w;
    auto const grid = k.grid;
    Divisor const coils(grid.shape[1]);
    for_each(stream, grid.size(), TESSERA_LAMBDA(index_t i) { grid[i] = w[coils.quotient(i)] * grid[i]; });
}

} // namespace tessera
