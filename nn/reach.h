// How far networks see, composed from what each of their layers reads.
#pragma once

#include "kernels/types.h"

#include <algorithm>
#include <functional>

namespace tessera {

/// How far a network sees. Cut out of a volume at multiples of `alignment` (or at the volume's own border), a box gives the
/// same output as the volume does, except for voxels within `radius` of a cut.
struct Reach {
    index_t radius = 0, alignment = 1;
};

/// Voxels first to last, both included, along one axis of a map; all axes are alike.
struct Interval {
    index_t first, last;
};

inline Interval hull(Interval a, Interval b) { return {std::min(a.first, b.first), std::max(a.last, b.last)}; }

// What an operation reads for `out` of its result.
inline Interval through_convolution(Interval out, index_t filter, index_t stride) {
    return {stride * out.first - (filter - 1) / 2, stride * out.last + (filter - 1) / 2};
}
inline Interval through_upsampling(Interval out) { return {out.first >> 1, out.last >> 1}; } // floor, of negative ones too
inline Interval through_downsampling(Interval out) { return {2 * out.first, 2 * out.last + 1}; }

/// The reach of a network that reads needs(out) of its input for `out` of its output.
inline Reach find_reach(std::function<Interval(Interval)> const& needs, index_t alignment) {
    Reach reach{0, alignment};
    // A cut in front of voxel 0: how many voxels on either side of it see across?
    auto const sees_across = [&](index_t distance) {
        return needs({distance, distance}).first < 0 || needs({-1 - distance, -1 - distance}).last >= 0;
    };
    while (sees_across(reach.radius)) ++reach.radius;
    return reach;
}

} // namespace tessera
