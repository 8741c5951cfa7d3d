// The transform between volumes and an oversampled k-space grid.
#pragma once

#include "core/arrays/tensor.h"

#include <array>
#include <memory>
#include <span>

namespace tessera {

/// grid = FFT(pad(w volume)) and its adjoint, on volumes [coil, z, y, x] and a grid [z, y, x, coil].
///
/// The volume's voxel N/2 is the origin, the grid's zero frequency is index 0; unnormalised. Weights are separable.
/// On the CPU the rows that padding makes zero, or cropping drops, are skipped.
///
/// On a host thread-safe; on cuda one thread at a time, as a cuFFT plan has one workspace.
class PaddedFft {
public:
    /// weights: one vector per axis (z, y, x) of the volume's extent.
    PaddedFft(Context const& context, Matrix volume, Matrix grid, index_t coils, std::array<std::vector<real>, 3> const& weights);
    ~PaddedFft();
    PaddedFft(PaddedFft&&) noexcept;
    PaddedFft& operator=(PaddedFft&&) noexcept;

    /// Overwrites all of grid.
    void forward(Tensor<complex> const& volumes, Tensor<complex> const& grid) const;
    /// Overwrites volumes; the grid's contents are lost.
    void adjoint(Tensor<complex> const& grid, Tensor<complex> const& volumes) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tessera
