#include "recon/nufft/toeplitz.h"

#include "core/arrays/readable_in.h"
#include "core/arrays/sums.h"
#include "core/terminal/interrupt.h"
#include "kernels/arrays/arithmetic.h"
#include "kernels/arrays/coils.h"
#include "kernels/arrays/complex_parts.h"
#include "kernels/arrays/pad.h"
#include "kernels/gridding/fold_weights.h"
#include "kernels/gridding/scale_grid.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <omp.h>

namespace tessera {
namespace {

// Spectra of either sign that differ by less than this part of the accuracy asked for, or by rounding, are the same one.
constexpr double kSameSpectrum = 0.1, kRounding = 30 * std::numeric_limits<real>::epsilon();
constexpr int kHalfShift = 2; // index of the shift 1/2 among phases

using Phases = std::array<std::array<Tensor<complex>, 3>, 3>;

double product(Matrix const& m) { return static_cast<double>(m[0]) * static_cast<double>(m[1]) * static_cast<double>(m[2]); }

index_t parities_z(Matrix const& matrix) { return matrix[0] == 1 ? 1 : 2; }

// Real numbers of one sign.
index_t spectrum_size(Device device, Matrix const& matrix) {
    if (device == Device::cpu) return DoubledConvolution::spectrum_size(matrix);
    auto const [z, y, x] = DoubledConvolution::half_grid(matrix);
    return parities_z(matrix) * 2 * z * y * x;
}

// exp(-i pi shift n / half) for the shifts 0, 1, 1/2 of the axes z, y, x.
Phases make_phases(Context const& context, Matrix const& half) {
    Phases phases;
    for (int shift = 0; shift < 3; ++shift)
        for (int d = 0; d < 3; ++d) {
            std::vector<complex> values;
            for (index_t n = 0; n < half[d]; ++n) {
                double const s = shift == kHalfShift ? 0.5 : shift;
                double const angle = std::numbers::pi * s * static_cast<double>(n) / static_cast<double>(half[d]);
                values.push_back({static_cast<real>(std::cos(angle)), static_cast<real>(-std::sin(angle))});
            }
            phases[static_cast<std::size_t>(shift)][static_cast<std::size_t>(d)] = Tensor<complex>::from(context, {half[d]}, values);
        }
    return phases;
}

// The phases of a part, of the first voxels along each axis.
std::array<View<complex const, 1>, 3> of_part(Phases const& phases, index_t z, index_t y, Matrix const& voxels) {
    return {phases[static_cast<std::size_t>(z)][0].slice(0, voxels[0]).flat(),
        phases[static_cast<std::size_t>(y)][1].slice(0, voxels[1]).flat(), phases[kHalfShift][2].slice(0, voxels[2]).flat()};
}

// || Re (a - b) || / || Re b ||
double real_difference(Tensor<complex> const& a, Tensor<complex> const& b) {
    Tensor<real> const x(a.context(), a.shape()), y(a.context(), a.shape());
    enqueue(a.stream(), RealPart{a.flat(), 1, x.flat()});
    enqueue(a.stream(), RealPart{b.flat(), 1, y.flat()});
    double const size = norm(std::vector{y});
    enqueue(a.stream(), Axpby<real>{1, x.flat(), -1, y.flat()});
    return size > 0 ? norm(std::vector{y}) / size : 0;
}

} // namespace

// Frequencies 2 i + z and 2 i + y along z and y and 2 i + 1/2 along x, or the negatives of all of these.
struct Toeplitz::Part {
    index_t z, y;
    bool negative;
};

// The spectrum of the point-spread function, part by part: a part's transform sees it folded to a volume of `half`, and the NUFFT makes
// it folded from weights that are modulated for it.
class Toeplitz::Spectra {
public:
    Spectra(Context const& context, Matrix const& matrix, Matrix const& half, Tensor<real> const& trajectory, Tensor<real> const& weights,
        double accuracy, index_t at_once, std::shared_ptr<Nufft const> const& planned)
        : context_(context), matrix_(matrix), half_(half), trajectory_(trajectory), weights_(weights), phases_(make_phases(context, half)),
          fft_(context, half, 1), nufft_(planned && half == matrix ? planned : plan(accuracy, at_once)) {}

    /// [part, z, y, x], frequencies in their natural order; unnormalised sums over the samples.
    Tensor<complex> of(std::vector<Part> const& parts) const {
        index_t const n = std::ssize(parts);
        Tensor<complex> grids(context_, {n, half_[0], half_[1], half_[2]});
        {
            Tensor<complex> samples(context_, {n, weights_.size()});
            FoldWeights fold{trajectory_.view<2>(), weights_.flat(), {}, {}, {}, samples.view<2>()};
            for (int d = 0; d < 3; ++d) {
                fold.voxels[d] = matrix_[d];
                fold.half[d] = half_[d];
                for (index_t i = 0; i < n; ++i) {
                    Part const& p = parts[static_cast<std::size_t>(i)];
                    double const along_z = matrix_[0] == 1 ? FoldWeights::kFlat : static_cast<double>(p.z);
                    fold.shift[i][d] = d == 0 ? along_z : d == 1 ? static_cast<double>(p.y) : p.negative ? -0.5 : 0.5;
                }
            }
            enqueue(context_.stream(), fold);
            nufft_->adjoint(samples, grids);
        }
        for (index_t i = 0; i < n; ++i) {
            Part const& p = parts[static_cast<std::size_t>(i)];
            auto const grid = grids[i].view<3>();
            auto const [pz, py, px] = of_part(phases_, p.z, p.y, half_);
            enqueue(context_.stream(), PadModulated{grid, pz, py, px, p.negative, grid});
            fft_.forward(grids[i].data());
        }
        return grids;
    }

private:
    std::shared_ptr<Nufft const> plan(double accuracy, index_t at_once) const {
        NufftConfig const config{.accuracy = accuracy, .oversampling = {}, .coils_per_pass = at_once};
        return std::make_shared<Nufft>(context_, half_, scaled(), config);
    }

    // In cycles per field of view of `half`.
    Tensor<real> scaled() const {
        Tensor<real> k(context_, trajectory_.shape());
        ScaleTrajectory scale{trajectory_.view<2>(), {}, k.view<2>()};
        for (int d = 0; d < 3; ++d) scale.scale[2 - d] = static_cast<double>(half_[d]) / static_cast<double>(matrix_[d]);
        enqueue(context_.stream(), scale);
        return k;
    }

    Context context_;
    Matrix matrix_, half_;
    Tensor<real> trajectory_, weights_;
    Phases phases_;
    Fft fft_;
    std::shared_ptr<Nufft const> nufft_;
};

Toeplitz::Toeplitz(Context const& context, Matrix const& matrix)
    : context_(context), matrix_(matrix), half_(DoubledConvolution::half_grid(matrix)) {
    if (context.device() == Device::cpu)
        convolution_.emplace(matrix);
    else {
        fft_.emplace(context, half_, 1);
        phases_ = make_phases(context, half_);
    }
}

Toeplitz::Toeplitz(Context const& context, Matrix const& matrix, Tensor<real> const& spectrum) : Toeplitz(context, matrix) {
    index_t const size = spectrum_size(context.device(), matrix);
    require(spectrum.shape() == Shape{1, size} || spectrum.shape() == Shape{2, size},
        "toeplitz: a spectrum of shape {}, expected [1 or 2, {}]", spectrum.shape().str(), size);
    spectrum_ = readable_in(context, spectrum);
}

Toeplitz::Toeplitz(Context const& context, Matrix const& matrix, Tensor<real> const& trajectory, Tensor<real> const& weights,
    double accuracy, index_t parts_per_pass, std::shared_ptr<Nufft const> const& planned)
    : Toeplitz(context, matrix) {
    index_t const points = trajectory.size() / 3;
    require(weights.size() == points, "toeplitz: {} weights for {} points", weights.size(), points);
    require(parts_per_pass >= 1, "toeplitz: parts_per_pass is {}, expected at least 1", parts_per_pass);
    index_t const at_once = std::clamp<index_t>(parts_per_pass / 2 * 2, 2, FoldWeights::kParts);
    Spectra const spectra(context, matrix, half_, trajectory.to(context).reshape({points, 3}), weights.to(context).reshape({points}),
        accuracy, std::min(parts_per_pass, at_once), planned);

    spectrum_ = Tensor<real>(context, {1, spectrum_size(context.device(), matrix)});
    std::vector<Part> parts; // of either sign in turn
    for (index_t z = 0; z < parities_z(matrix); ++z)
        for (index_t y = 0; y < 2; ++y)
            for (bool const negative : {false, true}) parts.push_back({z, y, negative});
    double const same = std::max(kSameSpectrum * accuracy, kRounding);
    for (index_t first = 0; first < std::ssize(parts); first += at_once) {
        index_t const n = std::min(at_once, std::ssize(parts) - first);
        auto const grids = spectra.of({parts.begin() + first, parts.begin() + first + n});
        for (index_t i = 0; i < n; i += 2) {
            if (symmetric() && real_difference(grids[i + 1], grids[i]) > same) keep_both_signs();
            for (index_t sign = 0; sign < spectrum_.shape()[0]; ++sign)
                keep(grids[i + sign], parts[static_cast<std::size_t>(first + i + sign)]);
        }
    }
}

// So far the signs were equal.
void Toeplitz::keep_both_signs() {
    Tensor<real> const both(context_, {2, spectrum_.size()});
    for (index_t sign = 0; sign < 2; ++sign) both[sign].copy_from(spectrum_[0]);
    spectrum_ = both;
}

// The NUFFT's scale is unitary on `half`, the operator's on `matrix`; the doubled grid's transforms are not normalised.
void Toeplitz::keep(Tensor<complex> const& grid, Part const& part) {
    double const doubled = product(half_) * (matrix_[0] == 1 ? 4 : 8);
    auto const scale = static_cast<real>(std::sqrt(product(half_)) / product(matrix_) / doubled);
    auto const sign = spectrum_[part.negative ? 1 : 0];
    if (context_.rehearses()) return;
    if (convolution_) return convolution_->pack(grid.data(), scale, part.z, part.y, sign.data());
    index_t const first = (part.z * 2 + part.y) * grid.size();
    enqueue(context_.stream(), RealPart{grid.flat(), scale, sign.slice(first, first + grid.size()).flat()});
}

MemoryNeed Toeplitz::bytes(Device device, Matrix const& matrix, bool symmetric) {
    auto const [z, y, x] = DoubledConvolution::half_grid(matrix);
    MemoryNeed need;
    need.held = static_cast<std::size_t>((symmetric ? 1 : 2) * spectrum_size(device, matrix)) * sizeof(real);
    if (device == Device::cpu)
        need.workspace = static_cast<std::size_t>(DoubledConvolution::workspace_size(matrix, omp_get_max_threads())) * sizeof(complex);
    else {
        need.held += static_cast<std::size_t>(3 * (z + y + x)) * sizeof(complex);
        need.workspace = static_cast<std::size_t>(z * y * x) * sizeof(complex);
        if (device == Device::cuda) need.workspace *= 2; // cuFFT's workspace, taken for as large as what it transforms
    }
    return need;
}

// Whether nothing is computed; the transforms of so many volumes forth and back are added up.
bool Toeplitz::rehearsed(index_t volumes) const {
    Work* const work = context_.stream().rehearsal;
    if (work) {
        double const doubled = 8 * product(half_);
        work->fourier += static_cast<double>(volumes) * doubled * std::log2(doubled); // half the rows are zero, and both directions
    }
    return work != nullptr;
}

void Toeplitz::apply(Tensor<complex> const& in, RowFactors const& factors, Tensor<complex> const& out) const {
    require(convolution_.has_value(), "toeplitz: factors of rows are for the CPU");
    require(in.data() != out.data(), "toeplitz: a sum over factors cannot work in place");
    int const threads = omp_get_max_threads();
    Tensor<complex> const workspace(context_, {DoubledConvolution::workspace_size(matrix_, threads)});
    if (rehearsed(factors.count())) return;
    convolution_->apply(in.data(), &factors, {spectrum_[0].data(), spectrum_[spectrum_.shape()[0] - 1].data()}, workspace.data(), threads,
        out.data());
}

void Toeplitz::apply(Tensor<complex> const& in, Tensor<complex> const& out) const {
    require(in.shape().rank() == 4 && in.shape().tail() == Shape{matrix_[0], matrix_[1], matrix_[2]} && out.shape() == in.shape(),
        "toeplitz: volumes of shapes {} and {}, expected [coil, {}, {}, {}]", in.shape().str(), out.shape().str(), matrix_[0], matrix_[1],
        matrix_[2]);
    if (!convolution_) {
        for (index_t c = 0; c < in.shape()[0]; ++c) apply_parts(in[c], out[c]);
        return;
    }
    int const threads = omp_get_max_threads();
    Tensor<complex> const workspace(context_, {DoubledConvolution::workspace_size(matrix_, threads)});
    if (rehearsed(in.shape()[0])) return;
    for (index_t c = 0; c < in.shape()[0]; ++c) {
        interruption_point();
        convolution_->apply(in[c].data(), nullptr, {spectrum_[0].data(), spectrum_[spectrum_.shape()[0] - 1].data()}, workspace.data(),
            threads, out[c].data());
    }
}

// Part by part with the kernels of any device.
void Toeplitz::apply_parts(Tensor<complex> const& in, Tensor<complex> const& out) const {
    auto const [hz, hy, hx] = half_;
    Tensor<complex> const grid(context_, {hz, hy, hx});
    auto const source = in.data() == out.data() ? in.clone() : in;
    bool begun = false;
    for (index_t sign = 0; sign < 2; ++sign)
        for (index_t z = 0; z < parities_z(matrix_); ++z)
            for (index_t y = 0; y < 2; ++y) {
                auto const [pz, py, px] = of_part(phases_, z, y, matrix_);
                enqueue(context_.stream(), PadModulated{source.view<3>(), pz, py, px, sign == 1, grid.view<3>()});
                fft_->forward(grid.data());
                index_t const first = (z * 2 + y) * grid.size();
                auto const weights = spectrum_[std::min(sign, spectrum_.shape()[0] - 1)].slice(first, first + grid.size());
                enqueue(context_.stream(), ScaleGrid{weights.flat(), grid.reshape({grid.size(), 1}).view<2>()});
                fft_->backward(grid.data());
                enqueue(context_.stream(), CropModulated{grid.view<3>(), pz, py, px, sign == 1, begun, out.view<3>()});
                begun = true;
            }
}

} // namespace tessera
