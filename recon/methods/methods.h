// Reconstruction methods.
#pragma once

#include "recon/methods/method_config.h"
#include "recon/sense/least_squares.h"
#include "recon/unrolled/data_consistency.h"

#include <map>
#include <string>

namespace tessera {

/// What a method tells while it works; either may be left out.
struct MethodProgress {
    /// Steps done, of so many at most, and a few words.
    std::function<void(index_t, index_t, std::string const&)> update{};
    /// Compressed sensing: iteration (0: the start), cost, relative change of the image.
    std::function<void(index_t, double, double)> cost{};
};

/// Reconstructs one prepared scan, as often as wanted: what methods and weights share is made when it is first needed and kept.
/// One thread at a time.
class Reconstructor {
public:
    /// config: how the scan was prepared; its nufft is used.
    Reconstructor(Scan const& scan, ScanConfig const& config) : scan_(scan), config_(config) {}

    /// The image [z, y, x] in the scale of the data, on the device of the scan. Throws Error for weights that do not fit (mbdl), and for
    /// an image that is not finite or zero everywhere, whatever the method.
    ///
    /// gridding: the density-compensated adjoint, combined over coils by root sum of squares or by maps.
    /// cg-sense: argmin ||W^1/2 (A x - y)||^2 + lambda ||x||^2 by conjugate gradients (Pruessmann et al. 2001, doi:10.1002/mrm.1241).
    /// l1-wavelet, tv: see recon/compressed_sensing/compressed_sensing.h. mbdl: see recon/methods/mbdl.h.
    Tensor<complex> operator()(MethodConfig const& config, MethodProgress const& progress = {});

    /// What readers of the latest image's figures should know (mbdl: how the scan is unlike those of the training).
    std::vector<std::string> const& warnings() const { return warnings_; }
    /// How the latest image was found, where it is an equilibrium.
    std::optional<FixedPointReport> const& fixed_point() const { return fixed_point_; }

private:
    Tensor<complex> reconstruct(MethodConfig const& config, MethodProgress const& progress);
    LeastSquares const& data_term(NormalOperator normal, bool weighted);
    Tensor<complex> gridding(GriddingConfig const& config) const;
    Tensor<complex> cg_sense(CgConfig const& config, MethodProgress const& progress);
    template <class Config, class Solve>
    Tensor<complex> compressed_sensing(char const* name, Config const& config, MethodProgress const& progress, Solve const& solve);

    Scan scan_;
    ScanConfig config_;
    std::map<std::pair<NormalOperator, bool>, LeastSquares> data_terms_;
    std::vector<std::string> warnings_;
    std::optional<FixedPointReport> fixed_point_;
    std::map<bool, double> largest_eigenvalues_; // by weighted
};

} // namespace tessera
