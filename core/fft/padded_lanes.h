// The padded transform between registers: volumes to an oversampled grid and back, on the host.
#pragma once

#include "core/fft/lane_fft.h"
#include "kernels/types.h"

#include <array>
#include <vector>

namespace tessera {

/// What PaddedFft promises, for grids whose lengths are products of 2, 3, 5 and 7 and whose rows are whole cache lines.
///
/// Two passes over memory: planes go along x and y while they are in a core's cache, then all columns along z. The volume's
/// first voxel is the transforms' origin; that it should be voxel N/2 is a phase of each frequency.
class PaddedLanes {
public:
    PaddedLanes(std::array<index_t, 3> volume, std::array<index_t, 3> grid, index_t coils, std::array<std::vector<real>, 3> const& weights);
    static bool fits(std::array<index_t, 3> const& grid, index_t coils);

    void forward(complex const* volumes, complex* grid) const;
    void adjoint(complex* grid, complex* volumes) const;

private:
    struct Axis {
        LaneFft fft;
        index_t voxels;
        std::vector<lanes::Factor> phase; ///< by position of fft.order()
        std::vector<real> weights;

        Axis(index_t voxels, index_t cells, std::vector<real> weights);
    };
    struct Lines;

    index_t line() const { return axes_[2].fft.n() * coils_; }
    index_t plane() const { return axes_[1].fft.n() * line(); }
    void rows_forward(complex const* volumes, index_t z, complex* rows, complex* panel) const;
    void rows_adjoint(complex const* rows, index_t z, complex* volumes, complex* panel) const;
    void columns(complex* grid, bool forward) const;

    std::array<Axis, 3> axes_;
    index_t coils_;
};

} // namespace tessera
