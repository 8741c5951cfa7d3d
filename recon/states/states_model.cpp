#include "recon/states/states_model.h"

namespace tessera {

StatesModel::StatesModel(CoilMaps maps, NufftConfig const& config, std::vector<WaitingModel> states, double damping)
    : maps_(std::move(maps)), config_(config), host_(maps_.context().host()), states_(std::move(states)), damping_(damping) {}

void StatesModel::do_forward(Tensor<complex> const&, Tensor<complex> const&) const {
    fail("states: the samples of all states at once are never made");
}

void StatesModel::do_adjoint(Tensor<complex> const&, Tensor<complex> const&) const {
    fail("states: the samples of all states at once are never made");
}

void StatesModel::do_normal(Tensor<complex> const& x, Tensor<complex> const& z) const {
    Context const& device = maps_.context();
    Tensor<complex> const result(device, domain().tail());
    for (std::size_t s = 0; s < states_.size(); ++s) {
        auto const state = static_cast<index_t>(s);
        auto const image = x[state].to(device);
        states_[s].in(device, maps_, config_)->normal(image, result);
        if (damping_ != 0) axpby(damping_, image, 1, result);
        z[state].copy_from(result);
    }
}

} // namespace tessera
