#include "core/tensor.h"
#include "kernels/mix_coils.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("mix_coils is a matrix product, over awkward sizes", "[coils]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 33, 1025), coils = GENERATE(1, 5, 13), mixed = GENERATE(0, 1, 4);
    auto const m = random_complex(static_cast<std::size_t>(mixed * coils), 1), x = random_complex(static_cast<std::size_t>(coils * n), 2);
    auto const matrix = Tensor<complex>::from(ctx, {mixed, coils}, m), input = Tensor<complex>::from(ctx, {coils, n}, x);
    Tensor<complex> output(ctx, {mixed, n});
    enqueue(ctx.stream(), MixCoils{matrix.view<2>(), input.view<2>(), output.view<2>()});
    std::vector<complex> expected(static_cast<std::size_t>(mixed * n));
    for (index_t a = 0; a < mixed; ++a)
        for (index_t b = 0; b < coils; ++b)
            for (index_t i = 0; i < n; ++i) expected[a * n + i] += m[a * coils + b] * x[b * n + i];
    CHECK(relative_error(output.to_host(), expected) < tolerance(1e-6, 1e-14));
}
