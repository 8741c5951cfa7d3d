#include "core/arrays/tensor.h"
#include "kernels/arrays/coils.h"
#include "kernels/gridding/scale_grid.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("expanding and combining coils agree with plain loops", "[coils]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 257, 1031), coils = GENERATE(1, 3, 8);
    auto const size = static_cast<std::size_t>(n), all = static_cast<std::size_t>(n * coils);
    auto const image_host = random_complex(size, 1), maps_host = random_complex(all, 2), data_host = random_complex(all, 3);
    auto const image = Tensor<complex>::from(ctx, {n}, image_host), maps = Tensor<complex>::from(ctx, {coils, n}, maps_host);
    auto const data = Tensor<complex>::from(ctx, {coils, n}, data_host);

    Tensor<complex> expanded(ctx, {coils, n}), combined(ctx, {n}); // NaN on simt: accumulate = false must not read
    auto const added = Tensor<complex>::from(ctx, {n}, image_host);
    enqueue(ctx.stream(), ExpandCoils{image.flat(), maps.view<2>(), expanded.view<2>()});
    enqueue(ctx.stream(), CombineCoils{data.view<2>(), maps.view<2>(), combined.flat()});
    enqueue(ctx.stream(), CombineCoils{data.view<2>(), maps.view<2>(), added.flat(), true});
    std::vector<complex> expected(all), sum(size), sum_added = image_host;
    for (std::size_t i = 0; i < all; ++i) {
        expected[i] = maps_host[i] * image_host[i % size];
        sum[i % size] += conj(maps_host[i]) * data_host[i];
        sum_added[i % size] += conj(maps_host[i]) * data_host[i];
    }
    CHECK(relative_error(expanded.to_host(), expected) < tolerance(1e-6, 1e-14));
    CHECK(relative_error(combined.to_host(), sum) < tolerance(1e-6, 1e-14));
    CHECK(relative_error(added.to_host(), sum_added) < tolerance(1e-6, 1e-14));
}

TEST_CASE("sums of squares make maps of unit norm, and leave zeros zero", "[coils]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 257, 1031), coils = GENERATE(1, 3, 8);
    auto maps_host = random_complex(static_cast<std::size_t>(n * coils), 4);
    auto const start = random_real(static_cast<std::size_t>(n), 5, 0, 1);
    for (index_t c = 0; c < coils && n > 0; ++c) maps_host[static_cast<std::size_t>(c * n)] = {}; // voxel 0 has no signal
    auto const maps = Tensor<complex>::from(ctx, {coils, n}, maps_host);
    auto const squares = Tensor<real>::zeros(ctx, {n}), added = Tensor<real>::from(ctx, {n}, start);
    enqueue(ctx.stream(), AddSquares{maps.view<2>(), squares.flat()});
    enqueue(ctx.stream(), AddSquares{maps.view<2>(), added.flat()});
    enqueue(ctx.stream(), DivideByRoot{squares.flat(), maps.view<2>()});
    auto const squares_found = squares.to_host(), added_found = added.to_host();
    auto const found = maps.to_host();
    for (std::size_t i = 0, size = squares_found.size(); i < size; ++i) {
        double sum = 0;
        for (std::size_t c = 0; c < static_cast<std::size_t>(coils); ++c) sum += norm2(maps_host[c * size + i]);
        CHECK(squares_found[i] == Approx(sum));
        CHECK(added_found[i] == Approx(sum + start[i]));
        for (std::size_t c = 0; c < static_cast<std::size_t>(coils); ++c) {
            CHECK(found[c * size + i].re == Approx(sum > 0 ? maps_host[c * size + i].re / std::sqrt(sum) : 0).margin(1e-6));
            CHECK(found[c * size + i].im == Approx(sum > 0 ? maps_host[c * size + i].im / std::sqrt(sum) : 0).margin(1e-6));
        }
    }
}

TEST_CASE("scale_grid weights every coil of a cell alike", "[coils]") {
    Context const ctx = each_device();
    index_t const n = GENERATE(0, 1, 257), coils = GENERATE(1, 2, 5);
    auto const values = random_complex(static_cast<std::size_t>(n * coils), 6);
    auto const weights = random_real(static_cast<std::size_t>(n), 7);
    auto const grid = Tensor<complex>::from(ctx, {n, coils}, values);
    auto const w = Tensor<real>::from(ctx, {n}, weights);
    enqueue(ctx.stream(), ScaleGrid{w.flat(), grid.view<2>()});
    auto expected = values;
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = weights[i / static_cast<std::size_t>(coils)] * values[i];
    CHECK(relative_error(grid.to_host(), expected) < tolerance(1e-6, 1e-14));
}
