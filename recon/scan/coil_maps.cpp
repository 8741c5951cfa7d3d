#include "recon/scan/coil_maps.h"

#include "kernels/arrays/coils.h"
#include "recon/scan/spline_fit.h"
#include "recon/scan/spline_rows.h"

namespace tessera {
namespace {

constexpr std::array<index_t, 8> kIntervals{4, 6, 8, 12, 16, 24, 32, 48};

Matrix matrix_of(Shape const& shape) { return {shape[1], shape[2], shape[3]}; }

SplineMaps spline(Tensor<complex> const& coefficients, Shape const& shape) {
    return {coefficients.view<4>(), {shape[1], shape[2], shape[3]}};
}

Shape flat(Tensor<complex> const& coils) { return {coils.shape()[0], coils.shape().tail().size()}; }

} // namespace

CoilMaps::CoilMaps(Context const& context, Tensor<complex> const& maps) : context_(context), shape_(maps.shape()), whole_(maps) {
    require(maps.shape().rank() == 4, "maps: an array of shape {}, expected [coil, z, y, x]", maps.shape().str());
}

CoilMaps::CoilMaps(Context const& context, Shape const& shape, Tensor<complex> const& coefficients)
    : context_(context), shape_(shape), coefficients_(coefficients.to(context)) {}

// Nobody knows without the data how fine the grid must be, so that a rehearsal takes the finest; what is allowed in small volumes only
// may not be enough.
std::optional<CoilMaps> CoilMaps::largest(Context const& context, Matrix const& matrix, index_t coils) {
    Shape const shape{coils, matrix[0], matrix[1], matrix[2]};
    std::optional<CoilMaps> found;
    for (index_t const intervals : kIntervals)
        if (2 * SplineFit::size(matrix, coils, intervals) <= shape.size())
            found = CoilMaps(context, shape, Tensor<complex>(context.host(), SplineFit::shape(matrix, coils, intervals)));
    return found;
}

CoilMaps CoilMaps::and_whole() const {
    CoilMaps both = *this;
    both.whole_ = Tensor<complex>(context().host(), shape_);
    return both;
}

std::optional<CoilMaps> CoilMaps::interpolated(Context const& context, Matrix const& matrix, index_t coils, MapPlanes const& planes,
    double accuracy, double* error) {
    Shape const shape{coils, matrix[0], matrix[1], matrix[2]};
    if (context.rehearses()) return largest(context, matrix, coils);
    for (index_t const intervals : kIntervals) {
        if (2 * SplineFit::size(matrix, coils, intervals) > shape.size()) break;
        auto const coefficients = SplineFit(matrix, intervals).coefficients(coils, planes);
        double const found = spline_error(SplineRows(coefficients, matrix), matrix, planes);
        if (error) *error = found;
        if (found <= accuracy) return CoilMaps(context, shape, coefficients);
    }
    return {};
}

CoilMaps CoilMaps::whole(Context const& context, Matrix const& matrix, index_t coils, MapPlanes const& planes) {
    Shape const shape{coils, matrix[0], matrix[1], matrix[2]};
    auto const fill = [&](Context const& place) {
        Tensor<complex> const maps(place, shape);
        for (index_t z = 0; z < matrix[0] && !place.rehearses(); ++z) {
            auto const plane = planes(z);
            for (index_t c = 0; c < coils; ++c) maps[c][z].copy_from(plane[c]);
        }
        return maps;
    };
    if (context.device() != Device::cpu) {
        try {
            return CoilMaps(context, fill(context));
        } catch (OutOfMemory const&) { // then a pass at a time
        }
    }
    return CoilMaps(context, fill(context.host()));
}

Context const& CoilMaps::context() const {
    require(context_.has_value(), "maps: none belong to no context");
    return *context_;
}

std::optional<Tensor<complex>> CoilMaps::coefficients() const { return coefficients_.size() ? std::optional(coefficients_) : std::nullopt; }

Tensor<complex> CoilMaps::values(index_t first, index_t last) const {
    if (whole_.size()) return whole_.slice(first, last).to(context());
    Tensor<complex> const ones(context(), shape_.tail()), maps(context(), shape_.tail().prepended(last - first));
    ones.copy_from(
        Tensor<complex>::from(context(), shape_.tail(), std::vector<complex>(static_cast<std::size_t>(ones.size()), complex{1, 0})));
    expand(ones, first, maps);
    return maps;
}

void CoilMaps::expand(Tensor<complex> const& image, index_t first, Tensor<complex> const& coils) const {
    index_t const n = coils.shape()[0];
    if (context().rehearses() && context().device() == Device::cpu) {
        context().stream().rehearsal->traffic += static_cast<double>(2 * coils.bytes());
    } else if (context().device() == Device::cpu) {
        auto const factors = rows();
        for (index_t c = 0; c < n; ++c) multiply_rows(*factors, first + c, image.view<3>(), coils[c].view<3>());
    } else if (whole_.size()) {
        auto const maps = values(first, first + n);
        enqueue(image.stream(), ExpandCoils{image.flat(), maps.reshape(flat(coils)).view<2>(), coils.reshape(flat(coils)).view<2>()});
    } else
        enqueue(image.stream(), ExpandSpline{image.flat(), spline(coefficients_, shape_), first, coils.reshape(flat(coils)).view<2>()});
}

void CoilMaps::combine(Tensor<complex> const& coils, index_t first, Tensor<complex> const& image, bool accumulate) const {
    index_t const n = coils.shape()[0];
    if (context().rehearses() && context().device() == Device::cpu) {
        context().stream().rehearsal->traffic += static_cast<double>(2 * coils.bytes());
    } else if (context().device() == Device::cpu) {
        auto const factors = rows();
        for (index_t c = 0; c < n; ++c)
            multiply_rows_conjugate(*factors, first + c, coils[c].view<3>(), accumulate || c > 0, image.view<3>());
    } else if (whole_.size()) {
        auto const maps = values(first, first + n);
        enqueue(image.stream(),
            CombineCoils{coils.reshape(flat(coils)).view<2>(), maps.reshape(flat(coils)).view<2>(), image.flat(), accumulate});
    } else
        enqueue(image.stream(),
            CombineSpline{coils.reshape(flat(coils)).view<2>(), spline(coefficients_, shape_), first, image.flat(), accumulate});
}

std::shared_ptr<RowFactors const> CoilMaps::rows() const {
    if (whole_.size()) return std::make_shared<WholeRows>(whole_);
    return std::make_shared<SplineRows>(coefficients_, matrix_of(shape_));
}

CoilMaps CoilMaps::to(Context const& context) const {
    if (empty() || context == *context_) return *this;
    CoilMaps there = *this;
    there.context_ = context;
    if (coefficients_.size()) {
        there.coefficients_ = coefficients_.to(context);
    } else {
        bool const host = context.device() == Device::cpu && whole_.context().device() == Device::cpu;
        if (!host) there.whole_ = whole_.to(context);
    }
    return there;
}

MemoryNeed CoilMaps::bytes(Matrix const& matrix, index_t coils, index_t intervals) {
    return {static_cast<std::size_t>(SplineFit::size(matrix, coils, intervals)) * sizeof(complex), 0};
}

void normalise_maps(Tensor<complex> const& maps) {
    index_t const voxels = maps.shape().tail().size();
    auto const squares = Tensor<real>::zeros(maps.context(), {voxels});
    auto const flattened = maps.reshape({maps.shape()[0], voxels});
    enqueue(maps.stream(), AddSquares{flattened.view<2>(), squares.flat()});
    enqueue(maps.stream(), DivideByRoot{squares.flat(), flattened.view<2>()});
}

} // namespace tessera
