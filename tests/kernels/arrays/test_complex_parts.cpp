#include "core/arrays/tensor.h"
#include "kernels/arrays/complex_parts.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("parts of complex numbers over awkward sizes", "[complex_parts]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 31, 257, 1031);
    auto const xs = random_real(static_cast<std::size_t>(n), 1, 0, 2);
    auto const zs = random_complex(static_cast<std::size_t>(n), 2);
    auto const x = Tensor<real>::from(ctx, {n}, xs);
    auto const z = Tensor<complex>::from(ctx, {n}, zs);
    Tensor<real> scaled(ctx, {n}), size(ctx, {n}), part(ctx, {n});
    Tensor<complex> widened(ctx, {n}), root(ctx, {n});
    enqueue(ctx.stream(), ScaleReal{x.flat(), real(-1.5), scaled.flat()});
    enqueue(ctx.stream(), RealToComplex{x.flat(), widened.flat()});
    enqueue(ctx.stream(), RootToComplex{x.flat(), root.flat()});
    enqueue(ctx.stream(), Magnitude{z.flat(), size.flat()});
    enqueue(ctx.stream(), RealPart{z.flat(), real(0.5), part.flat()});
    auto const scaled_host = scaled.to_host(), size_host = size.to_host(), part_host = part.to_host();
    auto const widened_host = widened.to_host(), root_host = root.to_host();
    for (std::size_t i = 0; i < xs.size(); ++i) {
        CHECK(scaled_host[i] == Approx(-1.5 * xs[i]));
        CHECK(widened_host[i] == complex{xs[i], 0});
        CHECK(root_host[i].re == Approx(std::sqrt(xs[i])));
        CHECK(root_host[i].im == 0);
        CHECK(size_host[i] == Approx(std::hypot(zs[i].re, zs[i].im)));
        CHECK(part_host[i] == Approx(0.5 * zs[i].re));
    }
}
