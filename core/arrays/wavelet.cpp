#include "core/arrays/wavelet.h"

#include "kernels/arrays/copy_box.h"

#include <algorithm>

namespace tessera {
namespace {

constexpr index_t kCoarsest = 8;

void copy_corner(Tensor<complex> const& from, Tensor<complex> const& to, Matrix const& box) {
    enqueue(to.stream(), CopyBox{from.view<3>(), {0, 0, 0}, to.view<3>(), {0, 0, 0}, {box[0], box[1], box[2]}});
}

} // namespace

WaveletTransform::WaveletTransform(Matrix const& matrix, WaveletFilter const& filter, std::optional<index_t> levels)
    : filter_(filter), boxes_{matrix} {
    index_t const shortest = levels ? 2 : 2 * kCoarsest;
    while (!levels || this->levels() < *levels) {
        Matrix next = boxes_.back();
        for (index_t& n : next)
            if (n >= shortest) n -= n / 2;
        if (next == boxes_.back()) break; // nothing left to split
        boxes_.push_back(next);
    }
}

// A level filters one axis after the other, back and forth between the two volumes. The box of a coarser level may use the other
// volume's corner, which nobody needs any more.
void WaveletTransform::forward(Tensor<complex> const& x, Tensor<complex> const& coefficients, Matrix const& shift) const {
    check(x, coefficients, shift);
    if (levels() == 0) return coefficients.copy_from(x); // so small that there is nothing to split
    for (std::size_t level = 0; level + 1 < boxes_.size(); ++level) {
        Matrix const& box = boxes_[level];
        Tensor<complex> from = level == 0 ? x : coefficients, to = level == 0 ? coefficients : x;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            if (boxes_[level + 1][axis] == box[axis]) continue;
            index_t const start = level == 0 ? shift[axis] : 0;
            enqueue(x.stream(),
                WaveletAnalysis{from.view<3>(), to.view<3>(), {box[0], box[1], box[2]}, static_cast<int>(axis), start, filter_});
            std::swap(from, to);
        }
        if (from.data() != coefficients.data()) copy_corner(from, coefficients, box);
    }
}

void WaveletTransform::inverse(Tensor<complex> const& coefficients, Tensor<complex> const& x, Matrix const& shift) const {
    check(x, coefficients, shift);
    if (levels() == 0) return x.copy_from(coefficients);
    for (std::size_t level = boxes_.size() - 1; level-- > 0;) {
        Matrix const& box = boxes_[level];
        Tensor<complex> from = coefficients, to = x;
        for (std::size_t axis = 3; axis-- > 0;) {
            if (boxes_[level + 1][axis] == box[axis]) continue;
            index_t const start = level == 0 ? shift[axis] : 0;
            enqueue(x.stream(),
                WaveletSynthesis{from.view<3>(), to.view<3>(), {box[0], box[1], box[2]}, static_cast<int>(axis), start, filter_});
            std::swap(from, to);
        }
        Tensor<complex> const& wanted = level == 0 ? x : coefficients;
        if (from.data() != wanted.data()) copy_corner(from, wanted, box);
    }
}

void WaveletTransform::check(Tensor<complex> const& x, Tensor<complex> const& coefficients, Matrix const& shift) const {
    Matrix const& m = boxes_.front();
    Shape const shape{m[0], m[1], m[2]};
    require(x.shape() == shape && coefficients.shape() == shape, "wavelet transform: shapes {} and {}, expected {}", x.shape().str(),
        coefficients.shape().str(), shape.str());
    require(x.data() != coefficients.data() || x.size() == 0, "wavelet transform: volume and coefficients are the same memory");
    for (std::size_t d = 0; d < 3; ++d)
        require(shift[d] >= 0 && shift[d] < std::max<index_t>(m[d], 1), "wavelet transform: a shift of {} on an axis of {}", shift[d],
            m[d]);
}

} // namespace tessera
