// The normal operator of all coils, as iterative SENSE applies it: a convolution, and gridding forth and back.
#include "recon/sense/sense_operator.h"
#include "tools/bench/coil_images.h"
#include "tools/bench/direct_sum.h"
#include "tools/bench/table.h"

namespace tessera {
namespace {

/// Splines where these are exact enough, as in a reconstruction.
CoilMaps maps_of(Context const& context, BenchCase const& bench) {
    auto const maps = coil_maps(context.host(), bench.matrix, bench.coils);
    auto const planes = [&](index_t z) {
        Tensor<complex> const plane(context.host(), {bench.coils, bench.matrix[1], bench.matrix[2]});
        for (index_t c = 0; c < bench.coils; ++c) plane[c].copy_from(maps[c][z]);
        return plane;
    };
    auto const splines = CoilMaps::interpolated(context, bench.matrix, bench.coils, planes, 1e-3);
    return splines ? *splines : CoilMaps(context, maps);
}

} // namespace

void bench_normal(BenchCase const& bench) {
    Context const context(parse_device(bench.device));
    auto const trajectory = make_trajectory(bench.trajectory, bench.matrix).to(context);
    index_t const points = trajectory.size() / 3;
    auto const maps = maps_of(context, bench);
    auto const ones = Tensor<real>::from(context, {points}, std::vector<real>(static_cast<std::size_t>(points), 1));
    auto const image = bench_noise(context, maps.shape().tail(), 1);
    Tensor<complex> const out(context, image.shape());
    NufftConfig const config{.accuracy = bench.accuracy, .oversampling = {}, .coils_per_pass = bench.coils_per_pass};

    Table table;
    std::shared_ptr<Nufft const> nufft;
    std::shared_ptr<Toeplitz const> toeplitz;
    auto const add = [&](char const* name, Once const& planning) {
        SenseOperator const model(nufft, maps, ones, toeplitz, bench.coils_per_pass);
        table.rows.emplace_back(name,
            repeated(
                context, bench.repeats, [&] { model.normal(image, out); }, planning));
    };
    add("gridded", timed(context, [&] { nufft = std::make_shared<Nufft>(context, bench.matrix, trajectory, config); }));
    add("toeplitz", timed(context, [&] {
        toeplitz = std::make_shared<Toeplitz>(context, bench.matrix, trajectory, ones, bench.accuracy, bench.coils_per_pass);
    }));
    table.print(bench);
}

} // namespace tessera
