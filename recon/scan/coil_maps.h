// The sensitivity maps of a scan, in little memory.
#pragma once

#include "core/arrays/tensor.h"
#include "core/device/memory_need.h"
#include "core/fft/doubled_convolution.h"
#include "recon/acquisition/acquisition.h"

#include <functional>
#include <memory>
#include <optional>

namespace tessera {

/// Maps of all coils on some planes of the volume: planes(z) is [coil, y, x] in host memory.
using MapPlanes = std::function<Tensor<complex>(index_t z)>;

/// Sensitivity maps S of a context: kept as they are, or, as maps are smooth, as cubic B-splines on a coarse grid that are evaluated
/// wherever a coil image is multiplied. Either way one exact set of values: forward and adjoint use the same.
///
/// Maps that are kept whole stay in the memory that they came in; on a GPU, maps in host memory are copied a pass at a time.
class CoilMaps {
public:
    /// No maps.
    CoilMaps() = default;
    /// Whole maps [coil, z, y, x], shared with the caller, for use in their own context or in another.
    CoilMaps(Tensor<complex> const& maps) : CoilMaps(maps.context(), maps) {}
    CoilMaps(Context const& context, Tensor<complex> const& maps);

    /// Splines of the coarsest grid whose relative l2 error is at most `accuracy`, measured on planes spread over the volume; nothing where
    /// they would take more than half of the memory of whole maps. `error`: what was measured.
    static std::optional<CoilMaps> interpolated(Context const& context, Matrix const& matrix, index_t coils, MapPlanes const& planes,
        double accuracy, double* error = nullptr);
    /// The same as whole maps.
    static CoilMaps whole(Context const& context, Matrix const& matrix, index_t coils, MapPlanes const& planes);

    bool empty() const { return shape_[0] == 0; }
    Shape shape() const { return shape_; } ///< [coil, z, y, x]
    Context const& context() const;
    /// Coefficients [coil, z, y, x] where the maps are splines, else nothing.
    std::optional<Tensor<complex>> coefficients() const;

    /// Maps of coils [first, last) as an array.
    Tensor<complex> values(index_t first, index_t last) const;
    /// coils [n, z, y, x] = S image for the coils from `first` on.
    void expand(Tensor<complex> const& image, index_t first, Tensor<complex> const& coils) const;
    /// image = sum over these coils of conj(S) coils, added to what is there when `accumulate`.
    void combine(Tensor<complex> const& coils, index_t first, Tensor<complex> const& image, bool accumulate) const;
    /// The rows of maps in host memory, for as long as these exist.
    std::shared_ptr<RowFactors const> rows() const;

    CoilMaps to(Context const& context) const;

    /// What splines with so many intervals along every axis hold; expand() and combine() need nothing on the CPU.
    static MemoryNeed bytes(Matrix const& matrix, index_t coils, index_t intervals);
    /// For a rehearsal that cannot know which of the two will be kept: splines, and memory for whole maps on the host.
    CoilMaps and_whole() const;

private:
    CoilMaps(Context const& context, Shape const& shape, Tensor<complex> const& coefficients);
    static std::optional<CoilMaps> largest(Context const& context, Matrix const& matrix, index_t coils);

    std::optional<Context> context_;
    Shape shape_{0, 0, 0, 0};
    Tensor<complex> whole_, coefficients_; // one of them
};

/// Divides maps [coil, ...] by their root sum of squares; zero where that is zero.
void normalise_maps(Tensor<complex> const& maps);

} // namespace tessera
