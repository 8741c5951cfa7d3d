// The normal operators of all states of a scan as one.
#pragma once

#include "core/arrays/linear_operator.h"
#include "recon/sense/waiting_model.h"

namespace tessera {

/// A_s^H W_s A_s + damping of images [state, z, y, x] in host memory, state by state: on the device there are one state's operator and two
/// volumes. Only normal() exists.
class StatesModel final : public LinearOperator {
public:
    /// `maps` in the memory of the device.
    StatesModel(CoilMaps maps, NufftConfig const& config, std::vector<WaitingModel> states, double damping = 0);

    Context const& context() const override { return host_; }
    Shape domain() const override { return maps_.shape().tail().prepended(std::ssize(states_)); }
    Shape codomain() const override { return domain(); }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override;
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override;
    void do_normal(Tensor<complex> const& x, Tensor<complex> const& z) const override;

    CoilMaps maps_;
    NufftConfig config_;
    Context host_;
    std::vector<WaitingModel> states_;
    double damping_;
};

} // namespace tessera
