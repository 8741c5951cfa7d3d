#include "kernels/arrays/coils.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {
namespace {

// SplineMaps with its divisions prepared.
class Splines {
public:
    explicit Splines(SplineMaps const& maps) : maps_(maps), voxels_(maps.voxels) {
        for (int d = 0; d < 3; ++d) {
            last_[d] = maps.voxels[d] - 1;
            by_last_[d] = Divisor(last_[d]);
            inverse_[d] = last_[d] > 0 ? real(1) / static_cast<real>(last_[d]) : real(0);
        }
    }
    TESSERA_HD complex operator()(index_t c, index_t i) const {
        auto const at = voxels_(i);
        real w[3][4];
        index_t first[3];
        for (int d = 0; d < 3; ++d) {
            index_t const intervals = maps_.coefficients.shape[d + 1] - 3, place = at[d] * intervals; // in steps of 1 / last
            index_t const interval = by_last_[d].quotient(place);
            first[d] = interval < intervals ? interval : intervals - 1;
            SplineMaps::cubic(static_cast<real>(place - first[d] * last_[d]) * inverse_[d], w[d]);
        }
        return maps_.sum(c, first, w);
    }

private:
    SplineMaps maps_;
    Indices<3> voxels_;
    index_t last_[3];
    Divisor by_last_[3];
    real inverse_[3];
};

} // namespace

template <> void execute<kDevice>(Stream stream, ExpandCoils const& k) {
    auto const image = k.image;
    auto const maps = k.maps;
    auto const coils = k.coils;
    Divisor const n(image.shape[0]);
    for_each(stream, coils.size(), TESSERA_LAMBDA(index_t i) { coils[i] = maps[i] * image[n.remainder(i)]; });
}

template <> void execute<kDevice>(Stream stream, CombineCoils const& k) {
    auto const kernel = k;
    for_each(stream, k.image.size(), TESSERA_LAMBDA(index_t i) {
        complex sum = kernel.accumulate ? kernel.image[i] : complex{};
        for (index_t c = 0; c < kernel.coils.shape[0]; ++c) sum += conj(kernel.maps(c, i)) * kernel.coils(c, i);
        kernel.image[i] = sum;
    });
}

template <> void execute<kDevice>(Stream stream, ExpandSpline const& k) {
    auto const kernel = k;
    Splines const maps(k.maps);
    Indices<2> const indices(k.coils);
    for_each(stream, k.coils.size(), TESSERA_LAMBDA(index_t i) {
        auto const [c, voxel] = indices(i);
        kernel.coils[i] = maps(kernel.first + c, voxel) * kernel.image[voxel];
    });
}

template <> void execute<kDevice>(Stream stream, CombineSpline const& k) {
    auto const kernel = k;
    Splines const maps(k.maps);
    for_each(stream, k.image.size(), TESSERA_LAMBDA(index_t i) {
        complex sum = kernel.accumulate ? kernel.image[i] : complex{};
        for (index_t c = 0; c < kernel.coils.shape[0]; ++c) sum += conj(maps(kernel.first + c, i)) * kernel.coils(c, i);
        kernel.image[i] = sum;
    });
}

template <> void execute<kDevice>(Stream stream, AddSquares const& k) {
    auto const coils = k.coils;
    auto const sum = k.sum;
    for_each(stream, sum.size(), TESSERA_LAMBDA(index_t i) {
        real s = sum[i];
        for (index_t c = 0; c < coils.shape[0]; ++c) s += norm2(coils(c, i));
        sum[i] = s;
    });
}

template <> void execute<kDevice>(Stream stream, DivideByRoot const& k) {
    auto const coils = k.coils;
    auto const sum = k.sum;
    for_each(stream, sum.size(), TESSERA_LAMBDA(index_t i) {
        real const scale = sum[i] > 0 ? 1 / std::sqrt(sum[i]) : real(0);
        for (index_t c = 0; c < coils.shape[0]; ++c) coils(c, i) = scale * coils(c, i);
    });
}

} // namespace tessera
