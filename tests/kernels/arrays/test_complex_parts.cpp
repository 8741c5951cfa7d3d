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

TEST_CASE("the first planes become zero along axes longer than one", "[complex_parts]") {
    Context const ctx = each_device();
    Matrix const m = GENERATE(Matrix{3, 5, 7}, Matrix{1, 4, 9}, Matrix{1, 1, 1}, Matrix{2, 1, 3}, Matrix{0, 4, 4});
    Shape const shape{m[0], m[1], m[2]};
    auto const values = random_complex(static_cast<std::size_t>(shape.size()), 3);
    auto const x = Tensor<complex>::from(ctx, shape, values);
    enqueue(ctx.stream(), ZeroFirstPlanes{x.view<3>()});
    auto const found = x.to_host();
    for (index_t i = 0; i < shape.size(); ++i) {
        index_t const z = i / m[2] / m[1], y = i / m[2] % m[1], column = i % m[2];
        bool const zero = (m[0] > 1 && z == 0) || (m[1] > 1 && y == 0) || (m[2] > 1 && column == 0);
        CHECK(found[static_cast<std::size_t>(i)] == (zero ? complex{} : values[static_cast<std::size_t>(i)]));
    }
}
