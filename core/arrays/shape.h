// The extents of a tensor.
#pragma once

#include "core/error.h"
#include "kernels/types.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <span>

namespace tessera {

/// Voxels of a volume in z, y, x; 2D volumes have 1 in z.
using Matrix = std::array<index_t, 3>;

/// No volume is longer: what a file or a configuration says beyond it is a mistake.
inline constexpr index_t kLongestAxis = 8192;

/// More elements than any machine holds, and few enough that bytes of them and sums of such counts cannot overflow.
inline constexpr index_t kMostElements = index_t{1} << 56;

/// The product of extents that are not negative; nothing where it exceeds kMostElements. No extents: 1.
inline std::optional<index_t> checked_product(std::span<index_t const> extents) {
    index_t product = 1;
    bool const empty = std::find(extents.begin(), extents.end(), 0) != extents.end();
    for (index_t const n : extents)
        if (!empty && (__builtin_mul_overflow(product, n, &product) || product > kMostElements)) return {};
    return empty ? 0 : product;
}

/// Up to eight extents, slowest first; no extents means a scalar (size 1).
///
/// Throws Error for more extents, negative ones, and more than kMostElements elements: size() and bytes never overflow.
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
        require(checked_product(extents).has_value(), "shape: {} has more elements than any machine holds", str());
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
    Shape tail() const {
        require(rank_ > 0, "shape: a scalar has no extents");
        return Shape(std::span(begin() + 1, end()));
    }
    /// The shape with one more extent in front.
    Shape prepended(index_t extent) const {
        require(rank_ < kMaxRank, "shape: at most {} dimensions are supported", kMaxRank);
        std::array<index_t, kMaxRank> longer{extent};
        std::copy_n(begin(), std::min(rank_, kMaxRank - 1), longer.begin() + 1);
        return Shape(std::span<index_t const>(longer.data(), static_cast<std::size_t>(rank_ + 1)));
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
