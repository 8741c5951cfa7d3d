#include "recon/metrics/edge_steepness.h"

#include "recon/metrics/checks.h"
#include "recon/metrics/image_quality.h"
#include "recon/metrics/statistics.h"

#include <limits>

namespace tessera {
namespace {

constexpr double kClear = 0.3; // of the robust maximum
constexpr index_t kNearby = 3; // voxels

/// Half the difference of the neighbours of voxel z in a column.
class Slopes {
public:
    Slopes(Tensor<real> const& volume, index_t column) : values_(volume.data() + column), stride_(volume.size() / volume.shape()[0]) {}
    double operator()(index_t z) const {
        return 0.5 * (static_cast<double>(values_[(z + 1) * stride_]) - static_cast<double>(values_[(z - 1) * stride_]));
    }

private:
    real const* values_;
    index_t stride_;
};

} // namespace

EdgeSteepness edge_steepness(Tensor<real> const& image, Tensor<real> const& reference) {
    metrics::check("edge steepness", image, reference, {});
    index_t const planes = reference.shape()[0], columns = reference.size() / planes;
    double const clear = 0.5 * kClear * robust_maximum(reference);
    std::vector<double> ratios;
    for (index_t c = 0; c < columns && clear > 0; ++c) {
        Slopes const expected(reference, c), found(image, c);
        index_t edge = 0;
        double steepest = 0;
        for (index_t z = 1; z + 1 < planes; ++z)
            if (double const slope = expected(z); std::abs(slope) > std::abs(steepest)) {
                steepest = slope;
                edge = z;
            }
        if (std::abs(steepest) < clear) continue;
        double most = 0;
        for (index_t z = std::max<index_t>(1, edge - kNearby); z <= std::min(planes - 2, edge + kNearby); ++z)
            most = std::max(most, found(z) / steepest);
        ratios.push_back(most);
    }
    return {std::ssize(ratios), ratios.empty() ? std::numeric_limits<double>::quiet_NaN() : median(ratios)};
}

} // namespace tessera
