#include "recon/sense/cg_sense.h"

#include "core/arrays/operator_algebra.h"

namespace tessera {

CgResult cg_sense(DataTerm const& data, CgConfig const& config, Tensor<complex> const& x,
    std::function<void(index_t, double)> const& progress) {
    return conjugate_gradient(*regularised(data.model, config.lambda), data.b, x,
        {.iterations = config.iterations, .tolerance = config.tolerance, .progress = progress});
}

} // namespace tessera
