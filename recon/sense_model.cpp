#include "recon/sense_model.h"

#include <algorithm>

namespace tessera {

NufftOptions nufft_options(NufftConfig const& config) {
    return {.accuracy = config.accuracy, .oversampling = config.oversampling.value_or(0), .coils_per_pass = config.coils_per_pass};
}

std::shared_ptr<SenseOperator const> sense_model(Tensor<complex> const& maps, Samples const& samples, NufftConfig const& config,
    NormalOperator normal) {
    Matrix const matrix{maps.shape()[1], maps.shape()[2], maps.shape()[3]};
    auto nufft = std::make_shared<Nufft>(maps.context(), matrix, samples.trajectory, nufft_options(config));
    std::shared_ptr<Toeplitz const> toeplitz;
    if (normal == NormalOperator::toeplitz)
        toeplitz = std::make_shared<Toeplitz>(maps.context(), matrix, samples.trajectory, samples.weights, config.accuracy,
            std::min<index_t>(2, config.coils_per_pass)); // its grid is 4 (cpu) or 8 volumes a coil
    return std::make_shared<SenseOperator>(std::move(nufft), maps, samples.weights, std::move(toeplitz), config.coils_per_pass);
}

} // namespace tessera
