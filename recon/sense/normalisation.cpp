#include "recon/sense/normalisation.h"

#include "core/arrays/vector_ops.h"
#include "core/device/host_memory.h"

#include <algorithm>
#include <cmath>

namespace tessera {

double intensity_scale(Tensor<complex> const& image) {
    auto const size = magnitude(image);
    HostMemory const copy(size.context(), size.bytes());
    if (size.context().rehearses()) return 1;
    auto values = size.to_host();
    require(!values.empty(), "intensity scale: the image is empty");
    auto const at = values.begin() + static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    double const scale = static_cast<double>(*at);
    require(std::isfinite(scale) && scale > 0, "intensity scale: the 99th percentile of the gridded image is {}", scale);
    return scale;
}

} // namespace tessera
