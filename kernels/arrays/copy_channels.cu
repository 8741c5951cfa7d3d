#include "kernels/arrays/copy_channels.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, CopyChannels const& k) {
    auto const kernel = k;
    Divisor const channels(k.count);
    for_each(stream, k.to.shape[0] * k.count, TESSERA_LAMBDA(index_t i) {
        index_t const voxel = channels.quotient(i), c = channels.remainder(i, voxel);
        kernel.to(voxel, kernel.to_first + c) = kernel.from(voxel, kernel.from_first + c);
    });
}

} // namespace tessera
