// The forward model of parallel imaging with non-Cartesian sampling.
#pragma once

#include "core/arrays/linear_operator.h"
#include "recon/nufft/nufft.h"
#include "recon/nufft/point_selection.h"
#include "recon/nufft/toeplitz.h"
#include "recon/scan/coil_maps.h"

#include <memory>
#include <optional>

namespace tessera {

/// A x = (F S_c x)_c from a volume [z, y, x] to k-space [coil, points]; normal() is A^H W A.
///
/// Coils go through in passes: the workspace holds the images of one pass, not of all coils.
/// Source: Pruessmann et al. 2001, doi:10.1002/mrm.1241.
///
/// One thread at a time, as its NUFFT.
class SenseOperator : public LinearOperator {
public:
    /// weights: [points] or empty for W = 1.
    /// toeplitz: the normal operator of the same trajectory and weights, or null to grid; with it nufft may be null, where only normal() is
    /// wanted and its sorted trajectory need not stay.
    SenseOperator(std::shared_ptr<Nufft const> nufft, CoilMaps maps, Tensor<real> weights,
        std::shared_ptr<Toeplitz const> toeplitz = nullptr, index_t coils_per_pass = 8);

    Context const& context() const override { return nufft_ ? nufft_->context() : maps_.context(); }
    Shape domain() const override { return maps_.shape().tail(); }
    Shape codomain() const override { return {maps_.shape()[0], nufft_ ? nufft_->points() : 0}; }

    /// A^H W y, the right-hand side of the normal equations; y is left as it is and may be in any memory.
    void weighted_adjoint(Tensor<complex> const& kspace, Tensor<complex> const& image) const;
    /// The same of part of the samples, those that this operator is of: y [coil, chosen.all] in host memory, from which each pass takes its own.
    void weighted_adjoint(Tensor<complex> const& kspace, PointSelection const& chosen, Tensor<complex> const& image) const;

    /// The convolution, where it is the normal operator.
    std::shared_ptr<Toeplitz const> const& convolution() const { return toeplitz_; }
    /// The same for normal() alone: where that is a convolution, the sorted trajectory need not stay.
    SenseOperator normal_only() const;

    /// What normal() takes beside its volumes and what maps, NUFFT and Toeplitz declare themselves.
    static MemoryNeed bytes(Device device, Matrix const& matrix, index_t coils, index_t points, index_t coils_per_pass, bool toeplitz);

private:
    void do_forward(Tensor<complex> const& image, Tensor<complex> const& kspace) const override;
    void do_adjoint(Tensor<complex> const& kspace, Tensor<complex> const& image) const override;
    void do_normal(Tensor<complex> const& image, Tensor<complex> const& out) const override;

    void weigh(Tensor<complex> const& samples) const;
    template <class F> void grid_weighted(Tensor<complex> const& image, F const& samples_of) const;
    template <class F> void passes(index_t at_once, F const& f) const;

    std::shared_ptr<Nufft const> nufft_;
    CoilMaps maps_;
    Tensor<real> weights_;
    std::shared_ptr<Toeplitz const> toeplitz_;
    index_t coils_per_pass_;
};

} // namespace tessera
