#include "core/arrays/tensor.h"
#include "kernels/arrays/apply_along_axis.h"
#include "kernels/arrays/coils.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("apply_along_axis is a matrix product along the middle axis, over awkward sizes", "[coils]") {
    Context const ctx = each_device();
    index_t const outer = GENERATE(1, 3), inner = GENERATE(0, 1, 33, 1025), columns = GENERATE(1, 5, 13), rows = GENERATE(0, 1, 4);
    auto const m = random_complex(static_cast<std::size_t>(rows * columns), 1),
               x = random_complex(static_cast<std::size_t>(outer * columns * inner), 2);
    auto const matrix = Tensor<complex>::from(ctx, {rows, columns}, m), in = Tensor<complex>::from(ctx, {outer, columns, inner}, x);
    Tensor<complex> out(ctx, {outer, rows, inner});
    enqueue(ctx.stream(), ApplyAlongAxis{matrix.view<2>(), in.view<3>(), out.view<3>()});
    std::vector<complex> expected(static_cast<std::size_t>(out.size()));
    for (index_t o = 0; o < outer; ++o)
        for (index_t r = 0; r < rows; ++r)
            for (index_t j = 0; j < columns; ++j)
                for (index_t i = 0; i < inner; ++i)
                    expected[(o * rows + r) * inner + i] += m[r * columns + j] * x[(o * columns + j) * inner + i];
    CHECK(relative_error(out.to_host(), expected) < tolerance(1e-6, 1e-14));
}

TEST_CASE("apply_along_axis of a square matrix in place, on the cpu", "[coils]") {
    Context const ctx;
    index_t const outer = GENERATE(1, 3), inner = GENERATE(1, 33, 1025, 20000), coils = 5;
    auto const matrix = Tensor<complex>::from(ctx, {coils, coils}, random_complex(25, 1)),
               data = Tensor<complex>::from(ctx, {outer, coils, inner}, random_complex(static_cast<std::size_t>(outer * coils * inner), 2));
    Tensor<complex> const out(ctx, data.shape());
    enqueue(ctx.stream(), ApplyAlongAxis{matrix.view<2>(), data.view<3>(), out.view<3>()});
    enqueue(ctx.stream(), ApplyAlongAxis{matrix.view<2>(), data.view<3>(), data.view<3>()});
    CHECK(data.to_host() == out.to_host());
}
