#include "recon/nufft/tiling.h"

#include <algorithm>
#include <numeric>

namespace tessera {
namespace {

// Colours along one axis such that tiles of equal colour, grown by the kernel, do not meet on the circle.
std::vector<int> colour_axis(int cells, int tile, int tiles, int width) {
    auto const meet = [&](int a, int b) { // a < b
        int const end_a = a * tile + std::min(tile, cells - a * tile) + width - 1;
        int const end_b = b * tile + std::min(tile, cells - b * tile) + width - 1;
        return end_a > b * tile || end_b > cells + a * tile;
    };
    std::vector<int> colours(static_cast<std::size_t>(tiles));
    for (int t = 0; t < tiles; ++t) {
        int colour = 0;
        for (int other = 0; other < t;)
            if (colours[other] == colour && meet(other, t)) {
                ++colour;
                other = 0;
            } else
                ++other;
        colours[t] = colour;
    }
    return colours;
}

constexpr std::int32_t kMost = 1024; // points of a piece, where tiles are split

} // namespace

index_t most_subproblems(Tiling const& t, index_t points, Device device) {
    return std::min<index_t>(points, t.count() + (device == Device::cpu ? 0 : points / kMost));
}

Tiling make_tiling(Matrix const& grid, int width, Device device) {
    bool const flat = grid[0] == 1;
    // A tile with its margin and 8 coils fits the second-level cache of a CPU core, and one coil of it a GPU's shared memory.
    int const edge = flat ? 32 : device == Device::cpu ? 16 : 8;
    Tiling t{};
    for (int d = 0; d < 3; ++d) {
        require(grid[d] <= 8192, "nufft: a grid of {} cells, at most 8192 per axis are supported", grid[d]);
        t.cells[d] = static_cast<std::int32_t>(grid[d]);
        bool const row = d == 2 && device == Device::cpu; // longer: less margin, and memory likes long pieces
        t.tile[d] = std::min(row ? 32 : edge, t.cells[d]);
        t.tiles[d] = (t.cells[d] + t.tile[d] - 1) / t.tile[d];
        t.width[d] = d == 0 && flat ? 1 : width;
    }
    return t;
}

Subproblems make_subproblems(Tiling const& t, std::vector<std::int32_t> const& start, Device device) {
    Subproblems result;
    if (device != Device::cpu) {
        for (std::int32_t tile = 0; tile < t.count(); ++tile)
            for (std::int32_t p = start[tile]; p < start[tile + 1]; p += kMost)
                result.pieces.push_back({tile, p, std::min(p + kMost, start[tile + 1])});
        result.colours = {0, static_cast<std::int32_t>(result.pieces.size())};
        return result;
    }

    std::vector<int> axis[3];
    int colours = 1;
    for (int d = 0; d < 3; ++d) {
        axis[d] = colour_axis(t.cells[d], t.tile[d], t.tiles[d], t.width[d]);
        colours *= 4; // two alternate, the seam of the circle may need two more
    }
    std::vector<std::vector<Subproblem>> by_colour(static_cast<std::size_t>(colours));
    for (std::int32_t tile = 0; tile < t.count(); ++tile) {
        if (start[tile] == start[tile + 1]) continue;
        int const x = tile % t.tiles[2], y = tile / t.tiles[2] % t.tiles[1], z = tile / t.tiles[2] / t.tiles[1];
        by_colour[(axis[0][z] * 4 + axis[1][y]) * 4 + axis[2][x]].push_back({tile, start[tile], start[tile + 1]});
    }
    result.colours.push_back(0);
    for (auto& group : by_colour) {
        if (group.empty()) continue;
        std::sort(group.begin(), group.end(), [](Subproblem const& a, Subproblem const& b) { // the heaviest first: even load
            return std::pair(b.end - b.begin, a.tile) < std::pair(a.end - a.begin, b.tile);
        });
        result.pieces.insert(result.pieces.end(), group.begin(), group.end());
        result.colours.push_back(static_cast<std::int32_t>(result.pieces.size()));
    }
    return result;
}

} // namespace tessera
