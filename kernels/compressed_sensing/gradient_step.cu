#include "kernels/compressed_sensing/gradient_step.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, GradientStep const& k) {
    auto const x = k.x, normal_x = k.normal_x, normal_previous = k.normal_previous, b = k.b;
    auto const previous = k.previous;
    auto const momentum = k.momentum, step = k.step;
    bool const moves = momentum != 0;
    for_each(stream, previous.size(), TESSERA_LAMBDA(index_t i) {
        complex at = x[i], normal = normal_x[i];
        if (moves) {
            at += momentum * (at - previous[i]);
            normal += momentum * (normal - normal_previous[i]);
        }
        previous[i] = at - step * (normal - b[i]);
    });
}

} // namespace tessera
