#include "recon/scan/jsense.h"

#include "core/arrays/conjugate_gradient.h"
#include "core/arrays/operator_algebra.h"
#include "core/arrays/vector_ops.h"
#include "kernels/arrays/arithmetic.h"
#include "kernels/arrays/coils.h"
#include "recon/nufft/nufft.h"
#include "recon/nufft/toeplitz.h"
#include "recon/scan/coil_basis.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

constexpr index_t kInner = 8; // CG iterations of each half

// The samples whose frequencies a low-resolution matrix can hold.
struct CalibrationRegion {
    Tensor<complex> kspace; // [coil, n], weighted
    Tensor<real> trajectory, weights;
};

// As many samples as the centre may have: readouts through the centre of a ball have the part of it that is the matrix's diagonal.
CalibrationRegion rehearsed_centre(Context const& cpu, Matrix const& matrix, Matrix const& full, index_t coils, index_t points) {
    double part = 0;
    for (int d = 0; d < 3; ++d)
        if (matrix[d] > 1) part = std::max(part, std::sqrt(3.0) * static_cast<double>(matrix[d]) / static_cast<double>(full[d]));
    auto const n = std::max<index_t>(1, static_cast<index_t>(std::min(1.0, part) * static_cast<double>(points)));
    return {Tensor<complex>(cpu, {coils, n}), Tensor<real>(cpu, {n, 3}), Tensor<real>(cpu, {n})};
}

CalibrationRegion crop_kspace(Context const& cpu, Matrix const& matrix, Matrix const& full, Tensor<complex> const& kspace,
    Tensor<real> const& trajectory, Tensor<real> const& weights) {
    auto const positions = trajectory.to(cpu);
    auto const density = weights.to(cpu);
    auto const data = kspace.to(cpu);
    auto const k = positions.host(), w = density.host();
    index_t const points = weights.size(), coils = kspace.shape()[0];
    std::vector<index_t> kept;
    if (cpu.rehearses()) return rehearsed_centre(cpu, matrix, full, coils, points);
    for (index_t p = 0; p < points; ++p) {
        bool inside = true;
        for (int d = 0; d < 3; ++d)
            inside = inside && (matrix[2 - d] == 1 || std::abs(k[3 * p + d]) <= real(0.5) * static_cast<real>(matrix[2 - d]));
        if (inside) kept.push_back(p);
    }
    require(!kept.empty(), "jsense: no sample lies in the central {} x {} x {} of k-space", matrix[0], matrix[1], matrix[2]);

    auto const n = static_cast<index_t>(kept.size());
    double sum = 0; // weights that make F^H W F about the identity at this resolution: lambda is relative to it
    for (index_t const p : kept) sum += static_cast<double>(w[p]);
    require(sum > 0, "jsense: all density compensation weights in the centre of k-space are zero");
    auto const scale = static_cast<real>(static_cast<double>(matrix[0] * matrix[1] * matrix[2]) / sum);
    CalibrationRegion centre{Tensor<complex>(cpu, {coils, n}), Tensor<real>(cpu, {n, 3}), Tensor<real>(cpu, {n})};
    for (index_t i = 0; i < n; ++i) {
        index_t const p = kept[static_cast<std::size_t>(i)];
        for (int d = 0; d < 3; ++d) centre.trajectory.data()[3 * i + d] = k[3 * p + d];
        centre.weights.data()[i] = scale * w[p];
        for (index_t c = 0; c < coils; ++c) centre.kspace.data()[c * n + i] = (scale * w[p]) * data.data()[c * points + p];
    }
    return centre;
}

// Alternates between the image and the coefficients of the maps, both against F^H W y at low resolution.
class Calibration {
public:
    Calibration(Context const& cpu, Matrix const& matrix, CalibrationRegion const& centre, MapsConfig const& config)
        : cpu_(cpu), config_(config), coils_(centre.kspace.shape()[0]), basis_(cpu, matrix, config.order),
          toeplitz_(cpu, matrix, centre.trajectory, centre.weights, 1e-4, 8), rhs_(cpu, {coils_, matrix[0], matrix[1], matrix[2]}),
          maps_(cpu, rhs_.shape()), image_(cpu, rhs_.shape().tail()), scratch_(cpu, rhs_.shape()),
          coefficients_(Tensor<complex>::zeros(cpu, basis_.coefficients(coils_))),
          roughness_(Tensor<real>::from(cpu, basis_.coefficients(1).tail(), basis_.roughness())) {
        Nufft(cpu, matrix, centre.trajectory, {.accuracy = 1e-4, .oversampling = {}}).adjoint(centre.kspace, rhs_);
        double const scale = norm(rhs_) / std::sqrt(static_cast<double>(image_.size()));
        require(scale > 0, "jsense: the centre of k-space is zero");
        axpby(1 / scale, rhs_.clone(), 0, rhs_);
        start_image();
    }

    Tensor<complex> run(std::function<void(index_t)> const& told) {
        for (index_t i = 0; i < config_.iterations; ++i) {
            solve_maps();
            normalise_maps();
            solve_image();
            if (told) told(i + 1);
        }
        solve_maps();
        return coefficients_;
    }

private:
    Shape flat() const { return {coils_, image_.size()}; }

    // The root sum of squares, with the phase of the combination that receives the most signal: smooth, and free of the
    // voids where a single coil's phase would be noise.
    void start_image() {
        std::vector<complex> combination(static_cast<std::size_t>(coils_));
        index_t strongest = 0;
        for (index_t c = 1; c < coils_; ++c)
            if (norm(rhs_[c]) > norm(rhs_[strongest])) strongest = c;
        for (index_t c = 0; c < coils_; ++c) {
            auto const overlap = dot(rhs_[strongest], rhs_[c]);
            combination[static_cast<std::size_t>(c)] = {static_cast<real>(overlap.re), static_cast<real>(overlap.im)};
        }
        for (index_t i = 0; i < image_.size(); ++i) {
            complex sum{};
            real squares = 0;
            for (index_t c = 0; c < coils_; ++c) {
                complex const v = rhs_.data()[c * image_.size() + i];
                sum += conj(combination[static_cast<std::size_t>(c)]) * v;
                squares += norm2(v);
            }
            real const magnitude = abs(sum);
            image_.data()[i] = magnitude > 0 ? (std::sqrt(squares) / magnitude) * sum : complex{};
        }
    }

    // Maps from the image: min || F(image E c) - y ||_W^2 + lambda || roughness c ||^2, for all coils at once.
    void solve_maps() {
        auto const image = image_.flat();
        auto const pull_back = [&](Tensor<complex> const& coils, Tensor<complex> const& out) {
            for (index_t c = 0; c < coils_; ++c) enqueue(cpu_.stream(), Multiply{image, coils[c].flat(), coils[c].flat(), true});
            basis_.adjoint(coils, out);
        };
        HermitianFunction const normal(cpu_, coefficients_.shape(), [&](Tensor<complex> const& c, Tensor<complex> const& out) {
            basis_.evaluate(c, scratch_);
            for (index_t i = 0; i < coils_; ++i) enqueue(cpu_.stream(), Multiply{image, scratch_[i].flat(), scratch_[i].flat()});
            toeplitz_.apply(scratch_, scratch_);
            pull_back(scratch_, out);
            auto penalty = c.clone();
            enqueue(cpu_.stream(), MultiplyReal{roughness_.flat(), penalty.reshape({coils_, roughness_.size()}).view<2>()});
            axpby(config_.lambda * dot(image_, image_).re, penalty, 1, out);
        });
        Tensor<complex> b(cpu_, coefficients_.shape());
        pull_back(rhs_.clone(), b);
        conjugate_gradient(normal, b, coefficients_, {.iterations = kInner, .tolerance = 1e-3});
        basis_.evaluate(coefficients_, maps_);
    }

    void normalise_maps() {
        auto const squares = Tensor<real>::zeros(cpu_, image_.shape());
        auto const maps = maps_.reshape(flat());
        enqueue(cpu_.stream(), AddSquares{maps.view<2>(), squares.flat()});
        enqueue(cpu_.stream(), DivideByRoot{squares.flat(), maps.view<2>()});
    }

    // Image from the maps: plain SENSE.
    void solve_image() {
        auto const maps = maps_.reshape(flat()).view<2>(), scratch = scratch_.reshape(flat()).view<2>();
        auto const normal =
            std::make_shared<HermitianFunction>(cpu_, image_.shape(), [&](Tensor<complex> const& x, Tensor<complex> const& out) {
                enqueue(cpu_.stream(), ExpandCoils{x.flat(), maps, scratch});
                toeplitz_.apply(scratch_, scratch_);
                enqueue(cpu_.stream(), CombineCoils{scratch, maps, out.flat()});
            });
        Sum const regularised(normal, std::make_shared<ScaledIdentity>(cpu_, image_.shape(), config_.lambda));
        Tensor<complex> b(cpu_, image_.shape());
        enqueue(cpu_.stream(), CombineCoils{rhs_.reshape(flat()).view<2>(), maps, b.flat()});
        conjugate_gradient(regularised, b, image_, {.iterations = kInner, .tolerance = 1e-3});
    }

    Context cpu_;
    MapsConfig config_;
    index_t coils_;
    CoilBasis basis_;
    Toeplitz toeplitz_;
    Tensor<complex> rhs_, maps_, image_, scratch_, coefficients_;
    Tensor<real> roughness_;
};

} // namespace

Tensor<complex> jsense_coefficients(Matrix const& matrix, Tensor<complex> const& kspace, Tensor<real> const& trajectory,
    Tensor<real> const& weights, MapsConfig const& config, std::function<void(index_t)> const& told) {
    Context const cpu = kspace.context().host();
    Matrix low;
    for (int d = 0; d < 3; ++d) low[d] = std::min(matrix[d], config.calibration);
    auto const centre = crop_kspace(cpu, low, matrix, kspace, trajectory, weights);
    return Calibration(cpu, low, centre, config).run(told);
}

MapPlanes basis_planes(Matrix const& matrix, Tensor<complex> const& coefficients, index_t order) {
    Context const host;
    index_t const nz = matrix[0], ny = matrix[1], nx = matrix[2];
    auto const basis = std::make_shared<CoilBasis>(host, Matrix{1, ny, nx}, order);
    return [=](index_t z) {
        Shape const& s = coefficients.shape();
        index_t const half = s[1] / 2, inner = s[2] * s[3];
        Tensor<complex> const on_plane(host, {s[0], 1, s[2], s[3]}), maps(host, {s[0], 1, ny, nx});
        auto const all = coefficients.reshape({s[0], s[1], inner}).view<3>();
        on_plane.zero();
        for (index_t j = 0; j < s[1]; ++j) {
            double const phase = std::numbers::pi * static_cast<double>((j - half) * (z - nz / 2)) / static_cast<double>(nz);
            complex const e{static_cast<real>(std::cos(phase)), static_cast<real>(std::sin(phase))};
            for (index_t c = 0; c < s[0]; ++c)
                for (index_t i = 0; i < inner; ++i) on_plane.data()[c * inner + i] += e * all(c, j, i);
        }
        basis->evaluate(on_plane, maps);
        normalise_maps(maps);
        return maps.reshape({s[0], ny, nx});
    };
}

Tensor<complex> jsense_maps(Context const& context, Matrix const& matrix, Tensor<complex> const& kspace, Tensor<real> const& trajectory,
    Tensor<real> const& weights, MapsConfig const& config, std::function<void(index_t)> const& told) {
    auto const coefficients = jsense_coefficients(matrix, kspace, trajectory, weights, config, told).to(context);
    Tensor<complex> maps(context, {kspace.shape()[0], matrix[0], matrix[1], matrix[2]});
    CoilBasis(context, matrix, config.order).evaluate(coefficients, maps);
    normalise_maps(maps);
    return maps;
}

} // namespace tessera
