// Compressed sensing of whole scans: better than least squares, and within the memory that is promised.
#include "core/arrays/vector_ops.h"
#include "recon/compressed_sensing/compressed_sensing.h"
#include "recon/compressed_sensing/locally_low_rank.h"
#include "recon/compressed_sensing/total_variation.h"
#include "recon/methods/methods.h"
#include "recon/methods/recon_config.h"
#include "recon/metrics/image_quality.h"
#include "tests/support/one_thread.h"
#include "tests/support/recon_scan.h"
#include "tests/support/scaled_operator.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

namespace {

// Bytes beyond what lived before, in volumes.
template <class F> double peak_volumes(Context const& ctx, std::size_t volume, F run) {
    auto const before = ctx.allocator().use().live;
    ctx.allocator().reset_peak();
    run();
    return static_cast<double>(ctx.allocator().use().peak - before) / static_cast<double>(volume);
}

} // namespace

TEST_CASE("memory of compressed sensing is counted in volumes", "[compressed_sensing]") {
    OneThread const one;
    Context const ctx;
    auto const matrix = GENERATE(Matrix{32, 32, 32}, Matrix{1, 256, 128});
    Shape const shape{matrix[0], matrix[1], matrix[2]};
    auto const n = static_cast<std::size_t>(shape.size());
    LeastSquares problem;
    problem.data = {std::make_shared<Scaled>(ctx, shape), Tensor<complex>::from(ctx, shape, random_complex(n, 1))};
    problem.scale = 3;
    problem.energy = 2.0 * static_cast<double>(n);
    double const wavelets = 6, variation = matrix[0] == 1 ? 9 : 11, little = 0.14; // the coarsest approximations, partial sums
    for (bool const shifts : {false, true}) {
        double const peak = peak_volumes(ctx, n * sizeof(complex), [&] {
            L1WaveletConfig config;
            config.random_shifts = shifts;
            config.iterations = 3;
            reconstruct_l1_wavelet(problem, config, {});
        });
        CHECK(peak >= wavelets);
        CHECK(peak < wavelets + little);
    }
    double const peak =
        peak_volumes(ctx, n * sizeof(complex), [&] { reconstruct_tv(problem, {.inner_iterations = 2, .iterations = 3}, {}); });
    CHECK(peak >= variation);
    CHECK(peak < variation + little);
    auto const of = [&](Regulariser& regulariser, LeastSquares const& terms) {
        return peak_volumes(ctx, n * sizeof(complex), [&] { proximal_gradient(terms, regulariser, {.iterations = 3}); });
    };
    {
        auto const before = static_cast<double>(ctx.allocator().use().live);
        TotalVariation along(ctx, matrix, 2, {1, {1}}); // keeps one volume, as it does along states
        double const kept = (static_cast<double>(ctx.allocator().use().live) - before) / static_cast<double>(n * sizeof(complex));
        double const along_one = kept + of(along, problem);
        CHECK(along_one >= 7);
        CHECK(along_one < 7 + little);
    }
    {
        LeastSquares series = problem; // four states
        Shape const states{4, matrix[0], matrix[1], matrix[2] / 4};
        series.data = {std::make_shared<Scaled>(ctx, states), problem.data.b.reshape(states)};
        LocallyLowRank low_rank(4, true, 1);
        double const blocks = of(low_rank, series);
        CHECK(blocks >= 4);
        CHECK(blocks < 4 + little);
    }
    auto const start = problem.data.b.clone();
    double const from_start = peak_volumes(ctx, n * sizeof(complex),
        [&] { reconstruct_tv(problem, {.inner_iterations = 2, .iterations = 3}, {.start = start}); });
    CHECK(from_start >= variation + 1);
    CHECK(from_start < variation + 1 + little);
}

TEST_CASE("compressed sensing of noisy undersampled data beats least squares at its best weight", "[compressed_sensing]") {
    OneThread const one;
    Context const ctx;
    ReconConfig config;
    config.maps.source = MapsSource::file;
    config.density.kind = DensityKind::radial;
    auto const scan = prepare_scan(ctx, small_scan({24, 24, 24}, 4, 4, 1, 20), config, true);
    auto const error = [&](Tensor<complex> const& image) { return quality(magnitude(image), *scan.expected).nrmse; };

    Reconstructor reconstruct(scan, config);
    double best = 1;
    for (double const lambda : {0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4}) {
        config.cg.lambda = lambda;
        best = std::min(best, error(reconstruct(config)));
    }
    double first = 0, last = 0;
    MethodProgress const watch{.cost = [&](index_t iteration, double cost, double) { (iteration == 0 ? first : last) = cost; }};
    for (Method const method : {Method::l1_wavelet, Method::tv}) {
        config.method = method;
        CHECK(error(reconstruct(config, watch)) < 0.9 * best);
        CHECK(last < 0.5 * first);
    }

    // a sweep goes on from the image and the eigenvalue of the weight before
    auto const problem = least_squares(scan, config.nufft, NormalOperator::toeplitz);
    TotalVariationConfig tv{.lambda = 0.05, .tolerance = 1e-4};
    auto const cold = reconstruct_tv(problem, tv, {});
    tv.lambda = 0.03;
    auto const expected = reconstruct_tv(problem, tv, {});
    auto const warm = reconstruct_tv(problem, tv, {.start = cold.image, .lipschitz = cold.lipschitz});
    CHECK(relative_error(warm.image.to_host(), expected.image.to_host()) < 1e-2);
    CHECK(warm.costs.front() < 0.5 * expected.costs.front());
}
