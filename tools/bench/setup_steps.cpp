// What happens before the first iteration: planning, density compensation, maps; and the Fourier transform of the oversampled grid.
#include "core/fft/padded_fft.h"
#include "recon/nufft/density.h"
#include "recon/nufft/sorted_trajectory.h"
#include "recon/scan/jsense.h"
#include "tools/bench/coil_images.h"
#include "tools/bench/direct_sum.h"
#include "tools/bench/table.h"

#include <cmath>

namespace tessera {

void bench_plan(BenchCase const& bench) {
    Context const context(parse_device(bench.device));
    auto const trajectory = make_trajectory(bench.trajectory, bench.matrix).to(context);
    Table table;
    table.rows.emplace_back("nufft", repeated(context, bench.repeats, [&] {
        Nufft const nufft(context, bench.matrix, trajectory, {.accuracy = bench.accuracy, .oversampling = {}});
        context.synchronize();
    }));

    // Every other readout, as training draws them in each step: sorted, and taken out of the order of all.
    index_t const points = trajectory.size() / 3, samples = trajectory.shape()[-2];
    PointSelection half{.all = points, .length = samples, .runs = {}};
    for (index_t r = 0; r < points / samples; r += 2) half.runs.push_back(r);
    auto const on_host = trajectory.to(context.host());
    NufftConfig const config{.accuracy = bench.accuracy, .oversampling = {}};
    SortedTrajectory const sorted(context, bench.matrix, trajectory, config);
    table.rows.emplace_back("half, sorted", repeated(context, bench.repeats, [&] {
        Nufft const nufft(context, bench.matrix, taken(context, half, on_host, 1).reshape({half.points(), 3}), config);
        context.synchronize();
    }));
    table.rows.emplace_back("half, taken out", repeated(context, bench.repeats, [&] {
        Nufft const nufft(context, sorted, half, config.coils_per_pass);
        context.synchronize();
    }));
    table.print(bench);
}

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
    auto const images = coil_images(context, bench.matrix, bench.coils);
    Nufft(context, bench.matrix, trajectory).forward(images, kspace);
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
