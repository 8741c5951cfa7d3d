#include "kernels/network/ssim.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, SsimMaps const& k) {
    auto const p = k.p, t = k.t;
    auto const maps = k.maps;
    for_each(stream, p.size(), TESSERA_LAMBDA(index_t i) {
        real const x = abs(p[i]), r = abs(t[i]), d = x - r;
        maps(0, i) = d;
        maps(1, i) = r;
        maps(2, i) = d * d;
        maps(3, i) = x * x + r * r;
    });
}

template <> void execute<kDevice>(Stream stream, SsimValues const& k) {
    auto const at = k.at;
    for_each(stream, at.maps.shape[1], TESSERA_LAMBDA(index_t i) {
        real const s = at.scale(i);
        real const d = s * at.maps(0, i), r = s * at.maps(1, i), x = d + r, means = x * x + r * r;
        real const luminance = 1 - d * d / (means + at.c1);
        real const structure = 1 - (s * at.maps(2, i) - d * d) / (s * at.maps(3, i) - means + at.c2);
        at.maps(0, i) = at.weights(i) * luminance * structure;
    });
}

template <> void execute<kDevice>(Stream stream, SsimDerivatives const& k) {
    auto const at = k.at;
    for_each(stream, at.maps.shape[1], TESSERA_LAMBDA(index_t i) {
        real const s = at.scale(i), w = s * at.weights(i);
        real const d = s * at.maps(0, i), r = s * at.maps(1, i), x = d + r, means = x * x + r * r;
        real const b1 = means + at.c1, b2 = s * at.maps(3, i) - means + at.c2, v = s * at.maps(2, i) - d * d;
        real const luminance = 1 - d * d / b1, structure = 1 - v / b2;
        real const from_luminance = 2 * d / b1 * (d * x / b1 - 1), from_structure = 2 / b2 * (d - v * x / b2);
        at.maps(0, i) = w * (structure * from_luminance + luminance * from_structure);
        at.maps(1, i) = -w * luminance / b2;
        at.maps(2, i) = w * luminance * v / (b2 * b2);
    });
}

template <> void execute<kDevice>(Stream stream, SsimPullback const& k) {
    auto const kernel = k;
    for_each(stream, k.g.size(), TESSERA_LAMBDA(index_t i) {
        complex const p = kernel.p[i];
        real const x = abs(p), d = x - abs(kernel.t[i]);
        auto const& by = kernel.derivatives;
        real const derivative = by(0, i) + 2 * d * by(1, i) + 2 * x * by(2, i);
        kernel.g[i] = (x > 0 ? kernel.scale[0] * kernel.factor * derivative / x : 0) * p;
    });
}

} // namespace tessera
