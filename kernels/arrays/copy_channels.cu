#include "kernels/arrays/copy_channels.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, CopyChannels const& k) {
    auto const kernel = k;
    for_each(stream, k.to.shape[0] * k.count, TESSERA_LAMBDA(index_t i) {
        index_t const voxel = i / kernel.count, c = i % kernel.count;
        kernel.to(voxel, kernel.to_first + c) = kernel.from(voxel, kernel.from_first + c);
    });
}

} // namespace tessera
