#include "kernels/gridding/density.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, DivideByDensity const& k) {
    auto const density = k.density;
    auto const weights = k.weights;
    auto const power = k.power;
    for_each(stream, weights.size(), TESSERA_LAMBDA(index_t i) {
        real const d = std::pow(std::abs(density[i].re), power);
        weights[i] = {d > 0 ? weights[i].re / d : real(0), 0};
    });
}

} // namespace tessera
