#include "recon/acquisition/readout_phase.h"

#include <cmath>

namespace tessera {

void add_readout_phase(Tensor<complex> const& kspace, std::vector<double> const& phase, double sign) {
    require(kspace.shape().rank() == 3 && kspace.shape()[1] == std::ssize(phase), "phase: {} numbers for k-space of shape {}", phase.size(),
        kspace.shape().str());
    auto const y = kspace.view<3>();
#pragma omp parallel for
    for (index_t r = 0; r < y.shape[1]; ++r) {
        double const angle = sign * phase[static_cast<std::size_t>(r)];
        complex const turn{static_cast<real>(std::cos(angle)), static_cast<real>(std::sin(angle))};
        for (index_t c = 0; c < y.shape[0]; ++c)
            for (index_t s = 0; s < y.shape[2]; ++s) y(c, r, s) = turn * y(c, r, s);
    }
}

} // namespace tessera
