// The gridding kernels one by one, against plain loops.
#include "core/arrays/tensor.h"
#include "kernels/gridding/gridding.h"
#include "recon/nufft/tiling.h"
#include "tests/support/devices.h"

#include <algorithm>
#include <omp.h>
#include <set>
#include <tuple>

using namespace tessera;
using namespace tessera::test;

namespace {

/// Points within the grid (coordinates in cells): random ones, the edges, and one of them many times.
std::vector<real> points_in(Matrix const& g, std::size_t random_points) {
    auto k = random_real(3 * random_points, 1, -0.5, 0.5);
    for (double const edge : {-0.5, 0.0, 0.5, -1e-9})
        for (int i = 0; i < 3; ++i) k.push_back(static_cast<real>(edge));
    for (int i = 0; i < 5; ++i) k.insert(k.end(), {real(0.25), real(0.125), real(-0.375)});
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= static_cast<real>(g[2 - i % 3]);
    return k;
}

/// The order of two points of a tile on the cpu: by block of 4 cells along z, y, x, then the input's.
bool in_order(GridPoint const& a, GridPoint const& b) {
    auto const key = [](GridPoint const& p) { return std::tuple(int(p.z) / 4, int(p.y) / 4, int(p.x) / 4, p.index); };
    return key(a) < key(b);
}

struct Sorted {
    Tiling tiling;
    std::vector<std::int32_t> start;
    Tensor<GridPoint> points;
};

Sorted sort_points(Context const& ctx, Matrix const& grid, int width, std::vector<real> const& k) {
    auto const n = static_cast<index_t>(k.size() / 3);
    Sorted s;
    s.tiling = make_tiling(grid, width, ctx.device());
    auto const trajectory = Tensor<real>::from(ctx, {n, 3}, k);
    Tensor<std::int32_t> tile(ctx, {n}), rank(ctx, {n}), start(ctx, {s.tiling.count() + 1});
    Tensor<GridPoint> by_tile(ctx, {n});
    s.points = Tensor<GridPoint>(ctx, {n});
    enqueue(ctx.stream(),
        SortPoints{trajectory.view<2>(), s.tiling, {1, 1, 1}, tile.flat(), rank.flat(), by_tile.flat(), start.flat(), s.points.flat()});
    s.start = start.to_host();
    return s;
}

/// How far a sorted point is from where its kernel begins, in cells around the circle; `tile` is that which it was sorted into.
double displacement(Tiling const& t, index_t tile, GridPoint const& p, std::vector<real> const& k) {
    index_t const at[3] = {tile / t.tiles[2] / t.tiles[1], tile / t.tiles[2] % t.tiles[1], tile % t.tiles[2]};
    real const position[3] = {p.z, p.y, p.x};
    double most = 0;
    for (int d = 0; d < 3; ++d) {
        double const found = static_cast<double>(at[d] * t.tile[d]) + position[d];
        double const first = double(k[3 * static_cast<std::size_t>(p.index) + 2 - static_cast<std::size_t>(d)]) - 0.5 * t.width[d] + 1;
        most = std::max(most, std::abs(std::remainder(found - (t.cells[d] == 1 ? 0 : first), t.cells[d])));
    }
    return most;
}

/// Calls f(point, cell z, y, x, weight) for everything that the kernel of every point covers.
template <class F> void footprints(Matrix const& g, int width, std::vector<real> const& table, std::vector<real> const& k, F const& f) {
    auto const w = static_cast<std::size_t>(width);
    for (std::size_t p = 0; p < k.size() / 3; ++p) {
        std::vector<double> weights[3];
        index_t cell[3] = {};
        for (int d = 0; d < 3; ++d) {
            weights[d] = {1};
            if (d == 0 && g[0] == 1) continue;
            double const first = double(k[3 * p + 2 - static_cast<std::size_t>(d)]) - 0.5 * width + 1;
            cell[d] = static_cast<index_t>(std::floor(first));
            double const u = 2 * (first - std::floor(first)) - 1;
            weights[d].assign(w, 0);
            for (std::size_t j = 0; j < w; ++j)
                for (std::size_t power = w + 3; power-- > 0;) weights[d][j] = weights[d][j] * u + double(table[power * w + j]);
        }
        auto const wrapped = [&](int d, std::size_t j) { return (cell[d] + static_cast<index_t>(j) + 4 * g[d]) % g[d]; };
        for (std::size_t a = 0; a < weights[0].size(); ++a)
            for (std::size_t b = 0; b < w; ++b)
                for (std::size_t c = 0; c < w; ++c)
                    f(p, wrapped(0, a), wrapped(1, b), wrapped(2, c), weights[0][a] * weights[1][b] * weights[2][c]);
    }
}

std::vector<complex> rounded(std::vector<Complex<double>> const& values) {
    std::vector<complex> result;
    for (auto const& v : values) result.push_back({static_cast<real>(v.re), static_cast<real>(v.im)});
    return result;
}

} // namespace

TEST_CASE("points are sorted by tile and block, each of them once and where it belongs", "[gridding]") {
    Context const ctx = each_device();
    Matrix const grid = GENERATE(Matrix{20, 34, 18}, Matrix{1, 70, 40});
    std::size_t const n = GENERATE(0, 1, 2000, 20000); // of many, several threads sort
    if (ctx.device() != Device::cpu && n > 2000) return;
    auto k = points_in(grid, n);
    if (n < 2) k.resize(3 * n);
    int const width = GENERATE(5, 6); // even ones put a tiny negative coordinate next to the end of a tile
    auto const s = sort_points(ctx, grid, width, k);
    auto const sorted = s.points.to_host();
    REQUIRE(s.start.front() == 0);
    REQUIRE(s.start.back() == static_cast<std::int32_t>(k.size() / 3));
    REQUIRE(std::is_sorted(s.start.begin(), s.start.end()));
    std::set<std::int32_t> seen;
    bool stable = true, inside = true;
    double displaced = 0;
    for (std::size_t t = 0; t + 1 < s.start.size(); ++t)
        for (auto i = s.start[t]; i < s.start[t + 1]; ++i) {
            GridPoint const p = sorted[static_cast<std::size_t>(i)];
            REQUIRE(static_cast<std::size_t>(p.index) < sorted.size());
            seen.insert(p.index);
            displaced = std::max(displaced, displacement(s.tiling, static_cast<index_t>(t), p, k));
            stable = stable && (i == s.start[t] || in_order(sorted[static_cast<std::size_t>(i - 1)], p));
            inside = inside && p.z >= 0 && p.z < static_cast<real>(s.tiling.tile[0]) && p.y >= 0 &&
                p.y < static_cast<real>(s.tiling.tile[1]) && p.x >= 0 && p.x < static_cast<real>(s.tiling.tile[2]);
        }
    CHECK(seen.size() == sorted.size());
    CHECK(displaced < tolerance(1e-5, 1e-13));
    CHECK(inside);
    if (ctx.device() == Device::cpu) CHECK(stable);
}

TEST_CASE("the order of points does not depend on the number of threads", "[gridding]") {
    Context const ctx;
    auto const k = points_in({20, 34, 18}, 30000);
    int const before = omp_get_max_threads();
    std::vector<std::vector<GridPoint>> sorted;
    for (int const threads : {1, 3}) {
        omp_set_num_threads(threads);
        sorted.push_back(sort_points(ctx, {20, 34, 18}, 5, k).points.to_host());
    }
    omp_set_num_threads(before);
    auto const same = [](GridPoint const& a, GridPoint const& b) { return a.z == b.z && a.y == b.y && a.x == b.x && a.index == b.index; };
    CHECK(std::equal(sorted[0].begin(), sorted[0].end(), sorted[1].begin(), sorted[1].end(), same));
}

TEST_CASE("spread and interpolate agree with plain loops for every width and number of coils", "[gridding]") {
    Context const ctx = each_device();
    Matrix const grid = GENERATE(Matrix{11, 12, 14}, Matrix{1, 36, 12});
    int const width = GENERATE(range(3, kMaxKernelWidth + 1));
    index_t const coils = GENERATE(1, 2, 4, 8);
    auto const k = points_in(grid, 12);
    auto const n = static_cast<index_t>(k.size() / 3);
    auto table_host = random_real(static_cast<std::size_t>((width + 3) * width), 2, -1, 1);
    // Any polynomials will do that are continuous from cell to cell, as a kernel is: these vanish at +-1.
    for (std::size_t j = 0, w = static_cast<std::size_t>(width); j < w; ++j)
        for (std::size_t parity : {0u, 1u}) {
            real sum = 0;
            for (std::size_t p = parity; p < w + 3; p += 2) sum += table_host[p * w + j];
            table_host[parity * w + j] -= sum;
        }
    auto const table = Tensor<real>::from(ctx, {width + 3, width}, table_host);
    auto const s = sort_points(ctx, grid, width, k);
    auto const work = make_subproblems(s.tiling, s.start, ctx.device());
    auto const pieces = Tensor<Subproblem>::from(ctx, {static_cast<index_t>(work.pieces.size())}, work.pieces);
    View<std::int32_t const, 1> colours;
    colours.data = work.colours.data();
    colours.shape[0] = static_cast<index_t>(work.colours.size());

    Shape const cells{grid[0], grid[1], grid[2], coils};
    auto const samples_host = random_complex(static_cast<std::size_t>(coils * n), 3),
               grid_host = random_complex(static_cast<std::size_t>(cells.size()), 4);
    auto const samples = Tensor<complex>::from(ctx, {coils, n}, samples_host);
    auto const values = Tensor<complex>::from(ctx, cells, grid_host), spread = Tensor<complex>::from(ctx, cells, grid_host); // it adds
    Tensor<complex> interpolated(ctx, {coils, n});
    enqueue(ctx.stream(), Spread{s.points.flat(), pieces.flat(), colours, s.tiling, table.view<2>(), samples.view<2>(), spread.view<4>()});
    enqueue(ctx.stream(), Interpolate{s.points.flat(), pieces.flat(), s.tiling, table.view<2>(), values.view<4>(), interpolated.view<2>()});

    std::vector<Complex<double>> expected_grid, expected_samples(samples_host.size());
    for (complex const v : grid_host) expected_grid.push_back({v.re, v.im});
    footprints(grid, width, table_host, k, [&](std::size_t p, index_t z, index_t y, index_t x, double weight) {
        auto const cell = static_cast<std::size_t>(((z * grid[1] + y) * grid[2] + x) * coils);
        for (std::size_t c = 0; c < static_cast<std::size_t>(coils); ++c) {
            auto const i = c * static_cast<std::size_t>(n) + p;
            expected_grid[cell + c] += weight * Complex<double>{samples_host[i].re, samples_host[i].im};
            expected_samples[i] += weight * Complex<double>{grid_host[cell + c].re, grid_host[cell + c].im};
        }
    });
    CAPTURE(width, coils);
    CHECK(relative_error(spread.to_host(), rounded(expected_grid)) < tolerance(2e-5, 1e-12));
    CHECK(relative_error(interpolated.to_host(), rounded(expected_samples)) < tolerance(2e-5, 1e-12));
}
