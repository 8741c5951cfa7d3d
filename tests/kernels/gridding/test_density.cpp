#include "core/arrays/tensor.h"
#include "kernels/gridding/density.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("divide_by_density over awkward sizes, and where there is no density", "[density]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 31, 257, 20011);
    real const power = GENERATE(real(1), real(2.5));
    auto weights = random_complex(static_cast<std::size_t>(n), 1), density = random_complex(static_cast<std::size_t>(n), 2);
    for (std::size_t i = 0; i < density.size(); i += 7) density[i] = {0, 1};
    auto const w = Tensor<complex>::from(ctx, {n}, weights), d = Tensor<complex>::from(ctx, {n}, density);
    enqueue(ctx.stream(), DivideByDensity{d.flat(), w.flat(), power});
    auto const result = w.to_host();
    index_t wrong = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        double const expected = density[i].re == 0 ? 0 : weights[i].re / std::pow(std::abs(double(density[i].re)), double(power));
        wrong += !(result[i].im == 0 && result[i].re == Approx(expected).epsilon(1e-6));
    }
    CHECK(wrong == 0);
}
