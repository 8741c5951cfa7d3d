#include "recon/pictures/orientation.h"

#include <cmath>

namespace tessera {

Orientation orientation_of(Geometry const& g) {
    static constexpr char kLow[] = "RAI", kHigh[] = "LPS"; // of the patient's x, y, z
    Orientation o;
    std::array<Vector3 const*, 3> const axes{&g.z_direction, &g.y_direction, &g.x_direction};
    for (std::size_t d = 0; d < 3; ++d) {
        std::size_t nearest = 0;
        for (std::size_t k = 1; k < 3; ++k)
            if (std::abs((*axes[d])[k]) > std::abs((*axes[d])[nearest])) nearest = k;
        bool const along = (*axes[d])[nearest] >= 0;
        o.low[d] = along ? kLow[nearest] : kHigh[nearest];
        o.high[d] = along ? kHigh[nearest] : kLow[nearest];
    }
    return o;
}

} // namespace tessera
