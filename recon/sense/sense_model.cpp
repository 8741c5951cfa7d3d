#include "recon/sense/sense_model.h"

#include "core/device/stage.h"
#include "core/terminal/log.h"
#include "recon/sense/normal_choice.h"

#include <algorithm>

namespace tessera {

Samples gather(Samples const& all, std::vector<index_t> const& points) {
    Context const host = all.kspace.context().host();
    auto const n = static_cast<index_t>(points.size()), coils = all.kspace.shape()[0];
    Samples chosen{Tensor<complex>(host, {coils, n}), Tensor<real>(host, {n, 3}), Tensor<real>(host, {n})};
    if (host.rehearses()) return chosen;
    for (index_t i = 0; i < n; ++i) {
        index_t const from = points[static_cast<std::size_t>(i)];
        std::copy_n(all.trajectory.data() + 3 * from, 3, chosen.trajectory.data() + 3 * i);
        chosen.weights.data()[i] = all.weights.data()[from];
    }
    for (index_t c = 0; c < coils; ++c)
        for (index_t i = 0; i < n; ++i)
            chosen.kspace.data()[c * n + i] = all.kspace.data()[c * all.kspace.shape()[1] + points[static_cast<std::size_t>(i)]];
    return chosen;
}

namespace {

Matrix matrix_of(CoilMaps const& maps) { return {maps.shape()[1], maps.shape()[2], maps.shape()[3]}; }

std::shared_ptr<SenseOperator const> model_of(CoilMaps const& maps, std::shared_ptr<Nufft const> nufft, Tensor<real> const& trajectory,
    Tensor<real> const& weights, NufftConfig const& config, NormalOperator normal) {
    std::shared_ptr<Toeplitz const> toeplitz;
    if (normal != NormalOperator::gridded)
        toeplitz = std::make_shared<Toeplitz>(maps.context(), matrix_of(maps), trajectory, weights, config.accuracy, config.coils_per_pass,
            config.oversampling ? nullptr : nufft);
    return std::make_shared<SenseOperator>(std::move(nufft), maps, weights, std::move(toeplitz), config.coils_per_pass);
}

} // namespace

NormalOperator resolved(NormalOperator normal, CoilMaps const& maps, index_t points, NufftConfig const& config) {
    if (normal != NormalOperator::automatic) return normal;
    auto const choice = choose_normal(normal_rates(maps.context().device()), matrix_of(maps), maps.shape()[0], points, config);
    bool const gridded = choice.taken == NormalOperator::gridded;
    char const* const taken = gridded ? "gridded" : "toeplitz";
    Stage const stage(maps.context(), fmt::format("normal operator: {}", taken)); // of no memory and time: plans and profiles show it
    if (choice.gridded > 0)
        log_info("normal operator: {}, as toeplitz takes {:.2g} s and gridded {:.2g} s", taken, choice.toeplitz, choice.gridded);
    else
        log_info("normal operator: {}, as the speeds of this machine are not known", taken);
    return choice.taken;
}

std::shared_ptr<SenseOperator const> sense_model(CoilMaps const& maps, Samples const& samples, NufftConfig const& config,
    NormalOperator normal) {
    Stage const stage(maps.context(), "NUFFT set-up");
    auto nufft = std::make_shared<Nufft>(maps.context(), matrix_of(maps), samples.trajectory, config);
    return model_of(maps, std::move(nufft), samples.trajectory, samples.weights, config, normal);
}

std::shared_ptr<SenseOperator const> sense_model(CoilMaps const& maps, ScanPart const& part, NufftConfig const& config,
    NormalOperator normal) {
    Stage const stage(maps.context(), "NUFFT set-up");
    return model_of(maps, part.nufft, part.trajectory, part.weights, config, normal);
}

} // namespace tessera
