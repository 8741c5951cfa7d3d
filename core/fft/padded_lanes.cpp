#include "core/fft/padded_lanes.h"

#include "core/fft/panel_pass.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace tessera {
namespace {

using lanes::Factor;

constexpr index_t kColumns = 64 / static_cast<index_t>(sizeof(complex)); // of a cache line and a register
constexpr index_t kWide = 4;                                             // cache lines side by side along z: memory likes longer pieces

complex* row(complex* panel, index_t i) { return panel + i * kColumns; }
complex const* row(complex const* panel, index_t i) { return panel + i * kColumns; }

/// to[order[i]] = panel[i] phase[i]; rows of `to` are `stride` apart.
void put(complex const* panel, std::vector<index_t> const& order, std::vector<Factor> const& phase, complex* to, index_t stride) {
    for (std::size_t i = 0; i < order.size(); ++i)
        lanes::store(to + order[i] * stride, lanes::times(lanes::load(row(panel, static_cast<index_t>(i))), phase[i]));
}
/// panel[i] = from[order[i]] conj(phase[i])
void take(complex const* from, index_t stride, std::vector<index_t> const& order, std::vector<Factor> const& phase, complex* panel) {
    for (std::size_t i = 0; i < order.size(); ++i)
        lanes::store(row(panel, static_cast<index_t>(i)), lanes::times<true>(lanes::load(from + order[i] * stride), phase[i]));
}

} // namespace

/// kColumns rows of volumes as the lanes of a panel: one row of kColumns coils, or of a few coils some rows.
struct PaddedLanes::Lines {
    complex* at[kColumns] = {}; ///< null: no such row
    alignas(64) real weight[2 * kColumns] = {};

    /// Panel element x of lane i = factor[x] weight[i] at[i][x].
    void read(std::vector<real> const& factor, complex* panel) const {
        auto const n = static_cast<index_t>(factor.size());
        auto const all = lanes::load(reinterpret_cast<complex const*>(weight));
        index_t x = 0;
        if (std::find(std::begin(at), std::end(at), nullptr) == std::end(at))
            for (; x + kColumns <= n; x += kColumns) {
                Lanes block[kColumns];
                for (index_t i = 0; i < kColumns; ++i) block[i] = lanes::load_unaligned(at[i] + x);
                lanes::transpose(block);
                for (index_t i = 0; i < kColumns; ++i)
                    lanes::store(row(panel, x + i), block[i] * (all * factor[static_cast<std::size_t>(x + i)]));
            }
        for (; x < n; ++x)
            for (index_t i = 0; i < kColumns; ++i)
                row(panel, x)[i] = at[i] ? (weight[2 * i] * factor[static_cast<std::size_t>(x)]) * at[i][x] : complex{};
    }
    void write(complex const* panel, std::vector<real> const& factor) const {
        auto const n = static_cast<index_t>(factor.size());
        auto const all = lanes::load(reinterpret_cast<complex const*>(weight));
        index_t x = 0;
        if (std::find(std::begin(at), std::end(at), nullptr) == std::end(at))
            for (; x + kColumns <= n; x += kColumns) {
                Lanes block[kColumns];
                for (index_t i = 0; i < kColumns; ++i)
                    block[i] = lanes::load(row(panel, x + i)) * (all * factor[static_cast<std::size_t>(x + i)]);
                lanes::transpose(block);
                for (index_t i = 0; i < kColumns; ++i) lanes::store_unaligned(at[i] + x, block[i]);
            }
        for (; x < n; ++x)
            for (index_t i = 0; i < kColumns; ++i)
                if (at[i]) at[i][x] = (weight[2 * i] * factor[static_cast<std::size_t>(x)]) * row(panel, x)[i];
    }
};

PaddedLanes::Axis::Axis(index_t n, index_t cells, std::vector<real> w) : fft(cells), voxels(n), weights(std::move(w)) {
    for (index_t const frequency : fft.order()) {
        index_t const turns = frequency * (n / 2) % cells;
        double const angle = 2 * std::numbers::pi * static_cast<double>(turns) / static_cast<double>(cells);
        auto const im = static_cast<real>(std::sin(angle));
        phase.push_back({static_cast<real>(std::cos(angle)), 0, -im, im});
    }
}

PaddedLanes::PaddedLanes(std::array<index_t, 3> volume, std::array<index_t, 3> grid, index_t coils,
    std::array<std::vector<real>, 3> const& weights)
    : axes_{Axis(volume[0], grid[0], weights[0]), Axis(volume[1], grid[1], weights[1]), Axis(volume[2], grid[2], weights[2])},
      coils_(coils) {}

bool PaddedLanes::fits(std::array<index_t, 3> const& grid, index_t coils) {
    for (index_t const n : grid)
        if (LaneFft::good_length(n) != n) return false;
    return (coils % kColumns == 0 || kColumns % coils == 0) && grid[2] * coils % kColumns == 0;
}

// Rows of plane z of the volumes, transformed along x, to rows [y] of the grid, line() + kColumns apart.
void PaddedLanes::rows_forward(complex const* volumes, index_t z, complex* rows, complex* panel) const {
    auto const& [az, ay, ax] = axes_;
    index_t const abreast = std::max<index_t>(1, kColumns / coils_), coils = kColumns / abreast, stride = line() + kColumns;
    index_t const volume = az.voxels * ay.voxels * ax.voxels;
    complex* const ordered = row(panel, ax.fft.n());
    for (index_t y = 0; y < ay.voxels; y += abreast)
        for (index_t first = 0; first < coils_; first += coils) {
            Lines lines;
            for (index_t lane = 0; lane < kColumns; ++lane) {
                index_t const at = y + lane / coils;
                if (at >= ay.voxels) continue;
                lines.at[lane] = const_cast<complex*>(volumes) + (first + lane % coils) * volume + (z * ay.voxels + at) * ax.voxels;
                lines.weight[2 * lane] = lines.weight[2 * lane + 1] =
                    az.weights[static_cast<std::size_t>(z)] * ay.weights[static_cast<std::size_t>(at)];
            }
            lines.read(ax.weights, panel);
            ax.fft.forward({panel, kColumns, ax.voxels}, panel);
            if (abreast == 1) {
                put(panel, ax.fft.order(), ax.phase, rows + y * stride + first, coils_);
                continue;
            }
            put(panel, ax.fft.order(), ax.phase, ordered, kColumns);
            for (index_t j = 0; j < abreast && y + j < ay.voxels; ++j)
                for (index_t x = 0; x < ax.fft.n(); ++x)
                    std::copy_n(row(ordered, x) + j * coils, coils, rows + (y + j) * stride + x * coils);
        }
}

void PaddedLanes::rows_adjoint(complex const* rows, index_t z, complex* volumes, complex* panel) const {
    auto const& [az, ay, ax] = axes_;
    index_t const abreast = std::max<index_t>(1, kColumns / coils_), coils = kColumns / abreast, stride = line() + kColumns;
    index_t const volume = az.voxels * ay.voxels * ax.voxels;
    complex* const ordered = row(panel, ax.fft.n());
    for (index_t y = 0; y < ay.voxels; y += abreast)
        for (index_t first = 0; first < coils_; first += coils) {
            Lines lines;
            for (index_t lane = 0; lane < kColumns; ++lane) {
                index_t const at = y + lane / coils;
                if (at >= ay.voxels) continue;
                lines.at[lane] = volumes + (first + lane % coils) * volume + (z * ay.voxels + at) * ax.voxels;
                lines.weight[2 * lane] = lines.weight[2 * lane + 1] =
                    az.weights[static_cast<std::size_t>(z)] * ay.weights[static_cast<std::size_t>(at)];
            }
            if (abreast == 1)
                take(rows + y * stride + first, coils_, ax.fft.order(), ax.phase, panel);
            else {
                for (index_t j = 0; j < abreast; ++j) {
                    complex const* const from = rows + std::min(y + j, ay.voxels - 1) * stride;
                    for (index_t x = 0; x < ax.fft.n(); ++x) std::copy_n(from + x * coils, coils, row(ordered, x) + j * coils);
                }
                take(ordered, kColumns, ax.fft.order(), ax.phase, panel);
            }
            ax.fft.backward(panel, {panel, kColumns, ax.voxels});
            lines.write(panel, ax.weights);
        }
}

// Along z, in place: voxels [0, nz) of a column are its first cells.
void PaddedLanes::columns(complex* grid, bool forward) const {
    Axis const& axis = axes_[0];
    index_t const cells = axis.fft.n(), stride = plane();
    if (cells == 1) return;
    index_t const lines = stride / kColumns, jobs = (lines + kWide - 1) / kWide;
    index_t const size = cells * kColumns;
#pragma omp parallel
    {
        PanelBuffer const buffer(kWide * size);
#pragma omp for schedule(static)
        for (index_t job = 0; job < jobs; ++job) {
            complex* const first = grid + job * kWide * kColumns;
            index_t const wide = std::min(kWide, lines - job * kWide);
            auto const panel = [&](index_t j) { return buffer.data() + j * size; };
            if (forward) {
                for (index_t z = 0; z < axis.voxels; ++z)
                    for (index_t j = 0; j < wide; ++j) lanes::store(row(panel(j), z), lanes::load(first + z * stride + j * kColumns));
                for (index_t j = 0; j < wide; ++j) axis.fft.forward({panel(j), kColumns, axis.voxels}, panel(j));
                for (index_t i = 0; i < cells; ++i)
                    for (index_t j = 0; j < wide; ++j)
                        lanes::store(first + axis.fft.order()[static_cast<std::size_t>(i)] * stride + j * kColumns,
                            lanes::times(lanes::load(row(panel(j), i)), axis.phase[static_cast<std::size_t>(i)]));
            } else {
                for (index_t i = 0; i < cells; ++i)
                    for (index_t j = 0; j < wide; ++j)
                        lanes::store(row(panel(j), i),
                            lanes::times<true>(lanes::load(first + axis.fft.order()[static_cast<std::size_t>(i)] * stride + j * kColumns),
                                axis.phase[static_cast<std::size_t>(i)]));
                for (index_t j = 0; j < wide; ++j) axis.fft.backward(panel(j), {panel(j), kColumns, axis.voxels});
                for (index_t z = 0; z < axis.voxels; ++z)
                    for (index_t j = 0; j < wide; ++j) lanes::store(first + z * stride + j * kColumns, lanes::load(row(panel(j), z)));
            }
        }
    }
}

void PaddedLanes::forward(complex const* volumes, complex* grid) const {
    Axis const &ay = axes_[1], &ax = axes_[2];
    index_t const stride = line() + kColumns; // a line more: rows that are powers of two apart meet in a cache
#pragma omp parallel
    {
        PanelBuffer const rows(ay.voxels * stride), panel(std::max(2 * ax.fft.n(), ay.fft.n()) * kColumns);
#pragma omp for schedule(static)
        for (index_t z = 0; z < axes_[0].voxels; ++z) {
            rows_forward(volumes, z, rows.data(), panel.data());
            for (index_t column = 0; column < line(); column += kColumns) {
                ay.fft.forward({rows.data() + column, stride, ay.voxels}, panel.data());
                put(panel.data(), ay.fft.order(), ay.phase, grid + z * plane() + column, line());
            }
        }
    }
    columns(grid, true);
}

void PaddedLanes::adjoint(complex* grid, complex* volumes) const {
    Axis const &ay = axes_[1], &ax = axes_[2];
    index_t const stride = line() + kColumns;
    columns(grid, false);
#pragma omp parallel
    {
        PanelBuffer const rows(ay.voxels * stride), panel(std::max(2 * ax.fft.n(), ay.fft.n()) * kColumns);
#pragma omp for schedule(static)
        for (index_t z = 0; z < axes_[0].voxels; ++z) {
            for (index_t column = 0; column < line(); column += kColumns) {
                take(grid + z * plane() + column, line(), ay.fft.order(), ay.phase, panel.data());
                ay.fft.backward(panel.data(), {rows.data() + column, stride, ay.voxels});
            }
            rows_adjoint(rows.data(), z, volumes, panel.data());
        }
    }
}

} // namespace tessera
