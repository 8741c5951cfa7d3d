#include "kernels/network/add_bias.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, AddBias const& k) {
    Divisor const channels(k.bias.shape[0]);
    for_each(stream, k.y.size(), TESSERA_LAMBDA(index_t i) { k.y[i] += k.bias[channels.remainder(i)]; });
}

} // namespace tessera
