// What spread_cpu.cpp and interpolate_cpu.cpp share: a tile of the grid with its margin in memory of its own, which stays
// in a core's cache, and where a point lies in it.
//
// Rows of the grid itself lie a power of two apart more often than not, so that a point's rows would share few lines of
// the first-level cache; those of a tile do not, and need no wrapping.
#pragma once

#include "kernels/gridding/gridding.h"
#include "kernels/gridding/lanes.h"
#include "kernels/gridding/window.h"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

namespace tessera {

/// The kernel's polynomials of all three axes side by side, so that they are evaluated together: x, then y, then z.
template <int Width> class TileWindow {
    static constexpr int kTerms = Width + 3;
    static constexpr int kSlots = (3 * Width + kLanes - 1) / kLanes * kLanes;

public:
    explicit TileWindow(KernelTable const& table, bool flat) {
        for (int slot = 0; slot < 3 * Width; ++slot) {
            is_axis_[slot / Width][slot] = 1;
            for (int p = 0; p < kTerms; ++p) coefficients_[p][slot] = table.data[p * Width + slot % Width];
            if (flat && slot >= 2 * Width)
                for (int p = 0; p < kTerms; ++p) coefficients_[p][slot] = p == 0;
        }
    }

    /// Weights of a point: x[j], y[j] = x[Width + j], z[j] = x[2 Width + j].
    struct Weights {
        alignas(64) real x[kSlots];
        real const* y() const { return x + Width; }
        real const* z() const { return x + 2 * Width; }
    };

    void evaluate(real fx, real fy, real fz, Weights& weights) const {
        using L = LanesOf<kLanes>;
        real const ux = 2 * fx - 1, uy = 2 * fy - 1, uz = 2 * fz - 1;
#pragma GCC unroll 8
        for (int s = 0; s < kSlots; s += kLanes) {
            auto const u = ux * L::load(is_axis_[0] + s) + uy * L::load(is_axis_[1] + s) + uz * L::load(is_axis_[2] + s);
            auto w = L::load(coefficients_[kTerms - 1] + s);
#pragma GCC unroll 16
            for (int p = kTerms - 2; p >= 0; --p) w = w * u + L::load(coefficients_[p] + s);
            L::store(w, weights.x + s);
        }
    }

private:
    alignas(64) real is_axis_[3][kSlots] = {};
    alignas(64) real coefficients_[kTerms][kSlots] = {};
};

/// A tile and its margin, [z, y, x, number], numbers: two for each coil, or one of a real grid.
class Tile {
public:
    /// Memory for any tile of `tiling` with rows of `numbers` numbers a cell.
    Tile(Tiling const& tiling, index_t numbers) : tiling_(tiling), numbers_(numbers) {
        pitch_ = ((tiling.tile[2] + tiling.width[2] - 1) * numbers + kLanes - 1) / kLanes * kLanes;
        rows_ = tiling.tile[1] + tiling.width[1] - 1;
        index_t const size = (tiling.tile[0] + tiling.width[0] - 1) * rows_ * pitch_ + kLanes;
        data_.reset(static_cast<real*>(std::aligned_alloc(64, (static_cast<std::size_t>(size) * sizeof(real) + 63) / 64 * 64)));
        if (!data_) throw std::bad_alloc();
        std::fill_n(data_.get(), size, real(0)); // also what rows reach into beyond a tile
    }

    void move_to(std::int32_t tile) {
        index_t const at[3] = {tile / tiling_.tiles[2] / tiling_.tiles[1], tile / tiling_.tiles[2] % tiling_.tiles[1],
            tile % tiling_.tiles[2]};
        for (int d = 0; d < 3; ++d) {
            origin_[d] = at[d] * tiling_.tile[d];
            extent_[d] = std::min<index_t>(tiling_.tile[d], tiling_.cells[d] - origin_[d]) + tiling_.width[d] - 1;
        }
    }

    real* cell(index_t z, index_t y, index_t x) const { return data_.get() + (z * rows_ + y) * pitch_ + x * numbers_; }
    index_t row_stride() const { return pitch_; }
    index_t plane_stride() const { return rows_ * pitch_; }

    void read(real const* grid) {
        stretches<false>(grid, [&](Stretch const& s) { std::copy_n(grid + s.at, s.n, s.tile); });
    }
    /// Adds the tile to the grid and leaves it zero, as it was made.
    void move_into(real* grid) {
        stretches<true>(grid, [&](Stretch const& s) {
            real *const to = grid + s.at, *const tile = s.tile;
#pragma omp simd
            for (index_t i = 0; i < s.n; ++i) {
                to[i] += tile[i];
                tile[i] = 0;
            }
        });
    }

private:
    struct Free {
        void operator()(real* p) const { std::free(p); }
    };

    static constexpr std::size_t kAhead = 6; // stretches that are fetched before they are needed: too short for the processor to foresee

    // What lies side by side in grid and tile.
    struct Stretch {
        index_t at, n; // numbers of the grid
        real* tile;
    };

    // Calls f for all stretches; the grid is periodic.
    template <bool Written, class F> void stretches(real const* grid, F const& f) {
        stretches_.clear();
        for (index_t z = 0; z < extent_[0]; ++z)
            for (index_t y = 0; y < extent_[1]; ++y) {
                index_t const row = (origin_[0] + z) % tiling_.cells[0] * tiling_.cells[1] + (origin_[1] + y) % tiling_.cells[1];
                for (index_t x = 0; x < extent_[2];) {
                    index_t const from = (origin_[2] + x) % tiling_.cells[2], n = std::min(extent_[2] - x, tiling_.cells[2] - from);
                    stretches_.push_back({(row * tiling_.cells[2] + from) * numbers_, n * numbers_, cell(z, y, x)});
                    x += n;
                }
            }
        for (std::size_t i = 0; i < stretches_.size(); ++i) {
            if (i + kAhead < stretches_.size()) {
                Stretch const next = stretches_[i + kAhead];
                for (index_t j = 0; j < next.n; j += 64 / static_cast<index_t>(sizeof(real)))
                    __builtin_prefetch(grid + next.at + j, Written ? 1 : 0);
            }
            f(stretches_[i]);
        }
    }

    Tiling tiling_;
    index_t numbers_, pitch_, rows_;
    index_t origin_[3] = {}, extent_[3] = {};
    std::unique_ptr<real, Free> data_;
    std::vector<Stretch> stretches_;
};

/// Calls f(std::integral_constant<int, n>) for a number of coils that has a specialised body; throws otherwise.
template <class F> void with_coils(index_t coils, F&& f) {
    switch (coils) {
    case 1: return f(std::integral_constant<int, 1>{});
    case 2: return f(std::integral_constant<int, 2>{});
    case 4: return f(std::integral_constant<int, 4>{});
    case 8: return f(std::integral_constant<int, 8>{});
    default: throw std::logic_error("gridding: coils of one pass must be 1, 2, 4 or 8");
    }
}

} // namespace tessera
