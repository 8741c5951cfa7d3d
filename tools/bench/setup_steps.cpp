// What happens before the first iteration: density compensation, maps; and the Fourier transform of the oversampled grid.
#include "core/fft/padded_fft.h"
#include "recon/nufft/density.h"
#include "recon/nufft/nufft.h"
#include "recon/scan/jsense.h"
#include "tools/bench/bench_case.h"
#include "tools/bench/direct_sum.h"
#include "tools/bench/measure.h"

#include <cmath>
#include <fmt/format.h>

namespace tessera {
namespace {

/// Named measurements in the order of the table.
struct Table {
    std::vector<std::pair<std::string, Measured>> rows;

    void describe(ConfigVisitor& v) {
        for (auto& [name, measured] : rows) v(name.c_str(), measured, "");
    }
    void print(BenchCase const& bench) const {
        if (bench.json) return fmt::print("{}\n", config_json(*this));
        fmt::print("{}\n{:>12} {:>10} {:>10} {:>10}\n", bench.title(), "", "seconds", "(CPU s)", "peak MB");
        for (auto const& [name, m] : rows)
            fmt::print("{:>12} {:>10.4f} {:>10.4f} {:>10.1f}\n", name, m.seconds, m.cpu_seconds, 1e-6 * static_cast<double>(m.peak_bytes));
    }
};

/// The median of `repeats` executions after one that is not counted.
Measured repeated(Context const& context, index_t repeats, std::function<void()> const& execute) {
    auto& memory = context.allocator();
    std::size_t const before = memory.use().live;
    memory.reset_peak();
    Stopwatch const watch(context);
    execute();
    double const first = watch.seconds();
    Rounds rounds;
    for (index_t i = 0; i < repeats; ++i) rounds.run(context, execute);
    Measured m = rounds.summary(0, first);
    m.peak_bytes = memory.use().peak - before;
    return m;
}

/// A ball seen by coils around it whose sensitivities are smooth bumps.
Tensor<complex> coil_images(Context const& context, Matrix const& n, index_t coils) {
    std::vector<complex> values;
    for (index_t c = 0; c < coils; ++c) {
        double const turn = 2.4 * static_cast<double>(c), height = -0.4 + 0.8 * static_cast<double>(c) / static_cast<double>(coils);
        for (index_t i = 0; i < n[0] * n[1] * n[2]; ++i) {
            double const z = double(i / n[2] / n[1]) / double(n[0]) - 0.5, y = double(i / n[2] % n[1]) / double(n[1]) - 0.5,
                         x = double(i % n[2]) / double(n[2]) - 0.5;
            double const far = std::pow(x - 0.6 * std::cos(turn), 2) + std::pow(y - 0.6 * std::sin(turn), 2) + std::pow(z - height, 2);
            double const v = x * x + y * y + z * z < 0.16 ? std::exp(-2 * far) : 0;
            values.push_back({static_cast<real>(v * std::cos(x + turn)), static_cast<real>(v * std::sin(x + turn))});
        }
    }
    return Tensor<complex>::from(context, {coils, n[0], n[1], n[2]}, values);
}

} // namespace

void bench_density(BenchCase const& bench) {
    Context const context(parse_device(bench.device));
    auto const trajectory = make_trajectory(bench.trajectory, bench.matrix).to(context);
    Table table;
    table.rows.emplace_back("pipe", repeated(context, bench.repeats, [&] { pipe_menon_weights(context, bench.matrix, trajectory); }));
    table.print(bench);
}

void bench_maps(BenchCase const& bench) {
    Context const context(parse_device(bench.device));
    auto const trajectory = make_trajectory(bench.trajectory, bench.matrix).to(context);
    index_t const points = trajectory.size() / 3;
    Tensor<complex> const kspace(context, {bench.coils, points});
    Nufft(context, bench.matrix, trajectory).forward(coil_images(context, bench.matrix, bench.coils), kspace);
    auto const weights = pipe_menon_weights(context, bench.matrix, trajectory).reshape({points});
    auto const flat = trajectory.reshape({points, 3});
    Table table;
    table.rows.emplace_back("jsense",
        repeated(context, bench.repeats, [&] { jsense_maps(context, bench.matrix, kspace, flat, weights, {}); }));
    table.print(bench);
}

void bench_fft(BenchCase const& bench) {
    Context const context(parse_device(bench.device));
    double const oversampling = bench.oversampling.empty() || bench.oversampling[0] == 0 ? 1.5 : bench.oversampling[0];
    Matrix grid = bench.matrix;
    std::array<std::vector<real>, 3> ones;
    for (int d = 0; d < 3; ++d) {
        if (d > 0 || grid[0] > 1) grid[d] = 2 * static_cast<index_t>(std::ceil(oversampling * double(grid[d]) / 2 - 1e-9));
        ones[d].assign(static_cast<std::size_t>(bench.matrix[d]), 1);
    }
    index_t const coils = std::min(bench.coils, bench.coils_per_pass);
    PaddedFft const fft(context, bench.matrix, grid, coils, ones);
    auto const volumes = bench_noise(context, {coils, bench.matrix[0], bench.matrix[1], bench.matrix[2]}, 1);
    Tensor<complex> const cells(context, {grid[0], grid[1], grid[2], coils});
    Table table;
    table.rows.emplace_back("forward", repeated(context, bench.repeats, [&] { fft.forward(volumes, cells); }));
    table.rows.emplace_back("adjoint", repeated(context, bench.repeats, [&] { fft.adjoint(cells, volumes); }));
    table.print(bench);
}

} // namespace tessera
