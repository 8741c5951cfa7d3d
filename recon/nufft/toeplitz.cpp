#include "recon/nufft/toeplitz.h"

#include "core/terminal/interrupt.h"
#include "core/fft/panel_fft.h"
#include "kernels/arrays/complex_parts.h"
#include "recon/nufft/gridder.h"

#include <cmath>

namespace tessera {
namespace {

std::array<std::vector<real>, 3> ones(Matrix const& matrix) {
    std::array<std::vector<real>, 3> w;
    for (int d = 0; d < 3; ++d) w[d].assign(static_cast<std::size_t>(matrix[d]), 1);
    return w;
}

double product(Matrix const& m) { return static_cast<double>(m[0]) * static_cast<double>(m[1]) * static_cast<double>(m[2]); }

} // namespace

Toeplitz::Toeplitz(Context const& context, Matrix const& matrix, Tensor<real> const& trajectory, Tensor<real> const& weights,
    double accuracy, index_t coils_per_pass)
    : context_(context), matrix_(matrix), coils_per_pass_(coils_per_pass) {
    index_t const points = trajectory.size() / 3;
    require(weights.size() == points, "toeplitz: {} weights for {} points", weights.size(), points);
    Matrix doubled;
    for (int d = 0; d < 3; ++d) {
        bool const flat = matrix[d] == 1 && d == 0;
        doubled[d] = flat ? 1 : 2 * matrix[d];
        grid_[d] = flat ? 1 : PanelFft::good_length(doubled[d]);
    }

    // The point-spread function over twice the field of view, where k counts twice the cycles.
    Tensor<complex> psf(context, {1, doubled[0], doubled[1], doubled[2]});
    {
        auto const k = trajectory.to(context).reshape({points, 3});
        Tensor<real> twice(context, {points, 3});
        enqueue(context.stream(), ScaleReal{k.flat(), real(2), twice.flat()});
        Tensor<complex> w(context, {1, points});
        enqueue(context.stream(), RealToComplex{weights.to(context).flat(), w.flat()});
        Nufft const nufft(context, doubled, twice, {.accuracy = accuracy, .coils_per_pass = 1});
        nufft.adjoint(w, psf);
    }
    // Differences of voxels lie within (-N, N); the plane at -N is not one, and without it the spectrum is real.
    enqueue(context.stream(), ZeroFirstPlanes{psf[0].view<3>()});

    Tensor<complex> grid(context, {grid_[0], grid_[1], grid_[2], 1});
    PaddedFft(context, doubled, grid_, 1, ones(doubled)).forward(psf, grid);
    spectrum_ = Tensor<real>(context, {grid_[0], grid_[1], grid_[2]});
    double const scale = std::sqrt(product(doubled)) / product(matrix) / product(grid_);
    enqueue(context.stream(), RealPart{grid.flat(), static_cast<real>(scale), spectrum_.flat()});
}

PaddedFft const& Toeplitz::transform(index_t coils) const {
    auto const found = transforms_.find(coils);
    return found != transforms_.end() ? found->second
                                      : transforms_.emplace(coils, PaddedFft(context_, matrix_, grid_, coils, ones(matrix_))).first->second;
}

void Toeplitz::apply(Tensor<complex> const& in, Tensor<complex> const& out) const {
    index_t const coils = in.shape()[0];
    for (index_t first = 0; first < coils;) {
        interruption_point();
        index_t const n = Gridder::coils_of_pass(coils - first, coils_per_pass_);
        PaddedFft const& fft = transform(n);
        if (workspace_.size() < fft.convolution_workspace()) {
            workspace_ = {};
            workspace_ = Tensor<complex>(context_, {fft.convolution_workspace()});
        }
        fft.convolve(in.slice(first, first + n), spectrum_, workspace_.slice(0, fft.convolution_workspace()), out.slice(first, first + n));
        first += n;
    }
}

} // namespace tessera
