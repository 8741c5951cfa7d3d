#include "kernels/gridding/point_order.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, TakeOrder const& k) {
    auto const points = k.points;
    auto const order = k.order;
    for_each(stream, order.size(), TESSERA_LAMBDA(index_t i) {
        order[i] = points[i].index;
        points[i].index = static_cast<std::int32_t>(i);
    });
}

template <> void execute<kDevice>(Stream stream, PutInOrder const& k) {
    auto const x = k.x;
    auto const order = k.order;
    auto const y = k.y;
    for_each(stream, order.size(), TESSERA_LAMBDA(index_t i) { y[order[i]] = x[i].re; });
}

} // namespace tessera
