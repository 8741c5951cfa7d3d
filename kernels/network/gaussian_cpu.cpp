#include "kernels/network/gaussian.h"

#include <algorithm>
#include <cstdlib>

namespace tessera {
namespace {

constexpr index_t kPiece = 4096; // values that stay in the cache while the window passes

// Values [begin, end) of y's plane `outer`, numbered over axis and inner index together: a step along the axis moves all alike.
void filter_piece(GaussianAlongAxis const& k, index_t outer, index_t begin, index_t end) {
    index_t const inner = k.y.shape[2];
    real const* const x = k.x.data + outer * k.x.shape[1] * inner;
    real* const y = k.y.data + outer * k.y.shape[1] * inner;
    std::fill(y + begin, y + end, real(0));
    for (index_t d = -kGaussianRadius; d <= kGaussianRadius; ++d) {
        index_t const first = std::max(begin, (-d - k.y_first) * inner), last = std::min(end, (k.length - d - k.y_first) * inner);
        index_t const step = (k.y_first + d - k.x_first) * inner;
        real const w = k.weight[std::abs(d)];
        for (index_t n = first; n < last; ++n) y[n] += w * x[n + step];
    }
}

} // namespace

template <> void execute<Device::cpu>(Stream, GaussianAlongAxis const& k) {
    index_t const plane = k.y.shape[1] * k.y.shape[2], pieces = (plane + kPiece - 1) / kPiece;
#pragma omp parallel for schedule(static) if (k.y.size() > 16384)
    for (index_t n = 0; n < k.y.shape[0] * pieces; ++n) {
        index_t const begin = n % pieces * kPiece;
        filter_piece(k, n / pieces, begin, std::min(plane, begin + kPiece));
    }
}

} // namespace tessera
