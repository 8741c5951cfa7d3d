// The extents of a tensor.
#pragma once

#include "core/error.h"
#include "kernels/types.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

namespace tessera {

/// Voxels of a volume in z, y, x; 2D volumes have 1 in z.
using Matrix = std::array<index_t, 3>;

/// Up to eight extents, slowest first; no extents means a scalar (size 1).
class Shape {
public:
    static constexpr int kMaxRank = 8;

    Shape() = default;
    Shape(std::initializer_list<index_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}
    explicit Shape(std::span<index_t const> extents) : rank_(static_cast<int>(extents.size())) {
        require(rank_ <= kMaxRank, "shape: {} dimensions, at most {} are supported", rank_, kMaxRank);
        for (int d = 0; d < rank_; ++d) {
            require(extents[d] >= 0, "shape: extent {} is negative ({})", d, extents[d]);
            extents_[d] = extents[d];
        }
    }

    int rank() const { return rank_; }
    /// Extent of dimension d; a negative d counts from the last.
    index_t operator[](int d) const { return extents_[d < 0 ? rank_ + d : d]; }
    index_t size() const {
        index_t n = 1;
        for (int d = 0; d < rank_; ++d) n *= extents_[d];
        return n;
    }
    index_t const* begin() const { return extents_.data(); }
    index_t const* end() const { return extents_.data() + rank_; }

    /// The shape without its first extent.
    Shape tail() const { return Shape(std::span(begin() + 1, end())); }
    /// The shape with one more extent in front.
    Shape prepended(index_t extent) const {
        require(rank_ < kMaxRank, "shape: at most {} dimensions are supported", kMaxRank);
        Shape result;
        result.rank_ = rank_ + 1;
        result.extents_[0] = extent;
        std::copy_n(begin(), std::min(rank_, kMaxRank - 1), result.extents_.begin() + 1);
        return result;
    }
    /// "[128, 64, 3]".
    std::string str() const {
        std::string s = "[";
        for (int d = 0; d < rank_; ++d) s += (d ? ", " : "") + std::to_string(extents_[d]);
        return s + "]";
    }
    friend bool operator==(Shape const&, Shape const&) = default;

private:
    std::array<index_t, kMaxRank> extents_{};
    int rank_ = 0;
};

} // namespace tessera
