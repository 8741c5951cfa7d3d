// The normal operator of the NUFFT as a convolution.
#pragma once

#include "core/device/memory_need.h"
#include "core/fft/doubled_convolution.h"
#include "core/fft/fft.h"
#include "recon/nufft/nufft.h"

#include <optional>

namespace tessera {

/// F^H W F as a convolution with a real spectrum on a doubled grid: it never touches k-space.
///
/// The doubled grid is taken in parts: frequencies 2 i and 2 i + 1 along z and y, 2 i + 1/2 and the negatives of these along x. A part is
/// a transform of the volume's own size, so the workspace is about one volume. Where the samples hold -k with the weight of k for
/// every k (full spokes), either sign has the same spectrum, and half of it is kept.
///
/// Source: Wajer and Pruessmann, ISMRM 2001, p. 767; Fessler et al. 2005, doi:10.1109/TSP.2005.853152.
///
/// apply() takes its workspace anew, so that threads may share one; each call uses all threads itself.
class Toeplitz {
public:
    /// trajectory: [..., 3], cycles per field of view of `matrix`; weights: as many as points. Both only read here.
    /// `accuracy` is that of the NUFFT which the spectrum is computed with, `parts_per_pass` how many of its parts are gridded at once (4 at most).
    /// `planned`: a NUFFT of this trajectory, matrix, accuracy and number at once, so that none is planned here where transforms of the
    /// matrix's size are as fast as any.
    Toeplitz(Context const& context, Matrix const& matrix, Tensor<real> const& trajectory, Tensor<real> const& weights, double accuracy,
        index_t parts_per_pass = 2, std::shared_ptr<Nufft const> const& planned = nullptr);
    /// From what spectrum() of another one of the same device and matrix said, in any memory.
    Toeplitz(Context const& context, Matrix const& matrix, Tensor<real> const& spectrum);

    /// out = F^H W F in, one volume after the other; volumes [coil, z, y, x], out may be in.
    void apply(Tensor<complex> const& in, Tensor<complex> const& out) const;
    /// out = sum over s of conj(S_s) F^H W F S_s in for volumes [z, y, x] that do not share memory. Only for the CPU.
    void apply(Tensor<complex> const& in, RowFactors const& factors, Tensor<complex> const& out) const;

    Matrix const& matrix() const { return matrix_; }
    /// All that was computed.
    Tensor<real> const& spectrum() const { return spectrum_; }
    /// Whether half of the spectrum is kept.
    bool symmetric() const { return spectrum_.shape()[0] == 1; }
    /// What an operator holds, and what apply() takes with the present number of threads (in place elsewhere than on the CPU: a volume more).
    static MemoryNeed bytes(Device device, Matrix const& matrix, bool symmetric);

private:
    struct Part;
    class Spectra;
    Toeplitz(Context const& context, Matrix const& matrix);
    bool rehearsed(index_t volumes) const;
    void keep_both_signs();
    void keep(Tensor<complex> const& grid, Part const& part);
    void apply_parts(Tensor<complex> const& in, Tensor<complex> const& out) const;

    Context context_;
    Matrix matrix_, half_;
    Tensor<real> spectrum_;                         // [1 or 2 signs, ...]: as DoubledConvolution packs it, or [parity z, parity y, z, y, x]
    std::optional<DoubledConvolution> convolution_; // cpu
    // Other devices: the transform of a part, and phases of [shift 0, 1, 1/2][z, y, x].
    std::optional<Fft> fft_;
    std::array<std::array<Tensor<complex>, 3>, 3> phases_;
};

} // namespace tessera
