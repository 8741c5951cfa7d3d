#include "recon/sense/waiting_model.h"

#include "recon/sense/sense_model.h"

namespace tessera {

WaitingModel::WaitingModel(SenseOperator const& model, HostPart part) {
    if (auto const& convolution = model.convolution())
        spectrum_ = convolution->spectrum().to(model.context().host());
    else
        part_ = std::move(part);
}

std::shared_ptr<SenseOperator const> WaitingModel::in(Context const& context, CoilMaps const& maps, NufftConfig const& config) const {
    Matrix const matrix{maps.shape()[1], maps.shape()[2], maps.shape()[3]};
    if (part_) return sense_model(maps, part_in(context, *part_, matrix, config), config, NormalOperator::gridded);
    return std::make_shared<SenseOperator>(nullptr, maps, Tensor<real>(), std::make_shared<Toeplitz>(context, matrix, spectrum_),
        config.coils_per_pass);
}

} // namespace tessera
