#include "core/arrays/tensor.h"
#include "kernels/arrays/sums.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("partial inner products are those of their stretches", "[reduce]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 31, 257, 4099), stretches = GENERATE(1, 3, 64);
    auto const xs = random_complex(static_cast<std::size_t>(n), 1), ys = random_complex(static_cast<std::size_t>(n), 2);
    auto const x = Tensor<complex>::from(ctx, {n}, xs), y = Tensor<complex>::from(ctx, {n}, ys);
    Tensor<Complex<double>> partial(ctx, {stretches});
    enqueue(ctx.stream(), DotPartial{x.flat(), y.flat(), partial.flat()});
    auto const found = partial.to_host();
    index_t const length = (n + stretches - 1) / stretches;
    for (index_t b = 0; b < stretches; ++b) {
        auto const first = static_cast<std::size_t>(std::min(n, b * length)),
                   last = static_cast<std::size_t>(std::min(n, (b + 1) * length));
        auto const expected = inner(std::span(xs).subspan(first, last - first), std::span(ys).subspan(first, last - first));
        CHECK(found[static_cast<std::size_t>(b)].re == Approx(expected.re).epsilon(1e-12).margin(1e-12));
        CHECK(found[static_cast<std::size_t>(b)].im == Approx(expected.im).epsilon(1e-12).margin(1e-12));
    }
}
