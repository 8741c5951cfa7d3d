#include "recon/sense/sense_model.h"

#include "core/device/stage.h"

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

std::vector<index_t> points_of(std::vector<index_t> const& readouts, index_t samples) {
    std::vector<index_t> points;
    points.reserve(readouts.size() * static_cast<std::size_t>(samples));
    for (index_t const r : readouts)
        for (index_t k = 0; k < samples; ++k) points.push_back(r * samples + k);
    return points;
}

std::shared_ptr<SenseOperator const> sense_model(CoilMaps const& maps, Samples const& samples, NufftConfig const& config,
    NormalOperator normal) {
    Stage const stage(maps.context(), "NUFFT set-up");
    Matrix const matrix{maps.shape()[1], maps.shape()[2], maps.shape()[3]};
    auto nufft = std::make_shared<Nufft>(maps.context(), matrix, samples.trajectory, config);
    std::shared_ptr<Toeplitz const> toeplitz;
    if (normal == NormalOperator::toeplitz)
        toeplitz =
            std::make_shared<Toeplitz>(maps.context(), matrix, samples.trajectory, samples.weights, config.accuracy, config.coils_per_pass);
    return std::make_shared<SenseOperator>(std::move(nufft), maps, samples.weights, std::move(toeplitz), config.coils_per_pass);
}

} // namespace tessera
