#include "kernels/gridding/density.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, DivideByDensity const& k) {
    auto const [density, weights] = k;
    for_each(stream, weights.size(), TESSERA_LAMBDA(index_t i) {
        real const d = std::abs(density[i].re);
        weights[i] = {d > 0 ? weights[i].re / d : real(0), 0};
    });
}

} // namespace tessera
