#include "core/arrays/tensor.h"
#include "kernels/arrays/arithmetic.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("axpby, multiply and fill over awkward sizes", "[arithmetic]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 31, 257, 20011);
    auto const xs = random_complex(static_cast<std::size_t>(n), 1), ys = random_complex(static_cast<std::size_t>(n), 2);
    auto const x = Tensor<complex>::from(ctx, {n}, xs), y = Tensor<complex>::from(ctx, {n}, ys);
    complex const a{real(0.5), real(-2)}, b{real(1.5), real(0.25)};

    Tensor<complex> z(ctx, {n}); // NaN on simt: b = 0 must not read it
    enqueue(ctx.stream(), Axpby<complex>{a, x.flat(), {}, z.flat()});
    enqueue(ctx.stream(), Axpby<complex>{a, x.flat(), b, y.flat()});
    Tensor<complex> product(ctx, {n});
    enqueue(ctx.stream(), Multiply{x.flat(), y.flat(), product.flat(), true});
    auto const z_host = z.to_host(), y_host = y.to_host(), product_host = product.to_host();
    std::vector<complex> expected_z, expected_y, expected_product;
    for (std::size_t i = 0; i < xs.size(); ++i) {
        expected_z.push_back(a * xs[i]);
        expected_y.push_back(a * xs[i] + b * ys[i]);
        expected_product.push_back(conj(xs[i]) * expected_y.back());
    }
    CHECK(relative_error(z_host, expected_z) < tolerance(1e-6, 1e-14));
    CHECK(relative_error(y_host, expected_y) < tolerance(1e-6, 1e-14));
    CHECK(relative_error(product_host, expected_product) < tolerance(1e-6, 1e-14));
}

TEST_CASE("multiply_real repeats the weights over coils", "[arithmetic]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(1, 37, 500), coils = GENERATE(1, 3);
    auto const xs = random_complex(static_cast<std::size_t>(n * coils), 3);
    auto const ws = random_real(static_cast<std::size_t>(n), 4);
    auto const x = Tensor<complex>::from(ctx, {coils, n}, xs);
    auto const w = Tensor<real>::from(ctx, {n}, ws);
    enqueue(ctx.stream(), MultiplyReal{w.flat(), x.view<2>()});
    auto expected = xs;
    for (std::size_t i = 0; i < xs.size(); ++i) expected[i] = ws[i % static_cast<std::size_t>(n)] * xs[i];
    CHECK(relative_error(x.to_host(), expected) < tolerance(1e-6, 1e-14));
}
