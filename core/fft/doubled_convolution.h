// Convolution of volumes with a point-spread function of twice their size, on the host and in little memory.
#pragma once

#include "core/arrays/shape.h"
#include "core/fft/lane_fft.h"

#include <memory>

namespace tessera {

/// Factors of a volume's rows, made where and when they are needed. Thread-safe.
class RowFactors {
public:
    virtual ~RowFactors() = default;
    virtual index_t count() const = 0;
    /// panel[x * kAbreast + i] = factor of volume `which` at (z, y + i, x) for i < rows <= kAbreast; what is left of a line is 0.
    virtual void rows(index_t which, index_t z, index_t y, index_t rows, complex* panel) const = 0;
};

/// out = sum over s of conj(S_s) C (S_s in): C multiplies the spectrum on a doubled grid by real numbers.
///
/// The doubled grid never exists. Its frequencies along x are those at 2 j + 1/2, whose negatives are the ones left over, and which the
/// same code reaches with complex conjugates; so one half of them is enough to store where that function is real. The rest is
/// column by column: x is transformed into the workspace, then for every eight frequencies of x the two other axes go forth and back
/// at once, in cache.
class DoubledConvolution {
public:
    explicit DoubledConvolution(Matrix volume);

    /// What a Fourier transform over the volume's extent is long enough for: the grid has twice that, but for a flat z.
    static Matrix half_grid(Matrix const& volume);
    /// Real numbers of one half of the spectrum.
    static index_t spectrum_size(Matrix const& volume);
    /// Complex numbers of workspace.
    static index_t workspace_size(Matrix const& volume, int threads);

    Matrix half_grid() const { return half_; }
    index_t axis_parities(int axis) const { return axis == 0 && volume_[0] == 1 ? 1 : 2; }

    /// Stores scale * the real part of a part of the spectrum: grid [z, y, x] of half_grid() has the frequencies (2 i + parity) along z and
    /// y and (2 i + 1/2) along x; in its natural order, counted in half cycles of half_grid().
    void pack(complex const* grid, real scale, index_t parity_z, index_t parity_y, real* spectrum) const;

    /// spectrum: two halves, the frequencies as in pack() and their negatives, which may be the same half. factors: null for one factor of 1.
    /// in and out may be the same volume where there is one factor.
    void apply(complex const* in, RowFactors const* factors, std::array<real const*, 2> const& spectrum, complex* workspace, int threads,
        complex* out) const;

private:
    struct Job;
    void between_x(complex const* in, RowFactors const* factors, Job const* ended, Job const* next, complex* workspace, int threads,
        complex* out) const;
    void planes(real const* spectrum, complex* workspace, int threads) const;

    Matrix volume_, half_;
    LaneFft fz_, fy_, fx_;
    std::vector<lanes::Factor> odd_z_, odd_y_, shift_x_; // phases of the voxels
};

} // namespace tessera
