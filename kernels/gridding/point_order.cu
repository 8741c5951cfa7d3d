#include "kernels/gridding/point_order.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, TakeOrder const& k) {
    auto const [points, order] = k;
    for_each(stream, order.size(), TESSERA_LAMBDA(index_t i) {
        order[i] = points[i].index;
        points[i].index = static_cast<std::int32_t>(i);
    });
}

template <> void execute<kDevice>(Stream stream, PutInOrder const& k) {
    auto const [x, order, y] = k;
    for_each(stream, order.size(), TESSERA_LAMBDA(index_t i) { y[order[i]] = x[i].re; });
}

} // namespace tessera
