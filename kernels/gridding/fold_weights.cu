#include "kernels/gridding/fold_weights.h"

#include "kernels/launch.h"

namespace tessera {

template <> void execute<kDevice>(Stream stream, FoldWeights const& k) {
    auto const kernel = k;
    for_each(stream, k.weights.size(), TESSERA_LAMBDA(index_t j) {
        constexpr double kPi = 3.14159265358979323846;
        Complex<double> centre[3], far[3];
        for (int d = 0; d < 3; ++d) {
            double const t = 2 * kPi * static_cast<double>(kernel.trajectory(j, 2 - d)) / static_cast<double>(kernel.voxels[d]);
            double const c = t * static_cast<double>(kernel.half[d] / 2), f = t * static_cast<double>(kernel.half[d]);
            centre[d] = {cos(c), sin(c)};
            far[d] = {cos(f), -sin(f)};
        }
        for (index_t part = 0; part < kernel.out.shape[0]; ++part) {
            Complex<double> product{static_cast<double>(kernel.weights[j]), 0};
            for (int d = 0; d < 3; ++d) {
                double const shift = kernel.shift[part][d];
                if (shift == FoldWeights::kFlat) continue;
                // exp(i pi shift): 1, -1, i or -i
                Complex<double> const sign{shift == 0 ? 1.0 : shift == 1 ? -1.0 : 0.0, shift == 0.5 ? 1.0 : shift == -0.5 ? -1.0 : 0.0};
                product = product * centre[d] * (Complex<double>{1, 0} + sign * far[d]);
            }
            kernel.out(part, j) = {static_cast<real>(product.re), static_cast<real>(product.im)};
        }
    });
}

template <> void execute<kDevice>(Stream stream, ScaleTrajectory const& k) {
    auto const kernel = k;
    for_each(stream, k.out.size(),
        TESSERA_LAMBDA(index_t i) { kernel.out[i] = static_cast<real>(kernel.scale[i % 3] * static_cast<double>(kernel.trajectory[i])); });
}

} // namespace tessera
