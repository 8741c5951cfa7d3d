#include "recon/planner/rates.h"

#include "core/arrays/vector_ops.h"
#include "core/fft/padded_fft.h"
#include "core/files/machine_numbers.h"
#include "nn/convolution/convolution.h"
#include "recon/nufft/gridder.h"

#include <cmath>
#include <functional>

namespace tessera {
namespace {

using Trial = std::function<std::function<void()>(Context const&)>; ///< prepares in a context; what it returns is timed

/// The work of a trial, as a rehearsal counts it, over the time of the fastest of five runs.
double rate(Device device, double Work::*kind, Trial const& trial) {
    auto const rehearsal = Context::rehearsal(device);
    auto const rehearsed = trial(rehearsal);
    double const before = rehearsal.stream().rehearsal->*kind;
    rehearsed();
    double const work = rehearsal.stream().rehearsal->*kind - before;
    Context const context(device);
    auto const run = trial(context);
    run(); // plans and fresh memory
    return work / std::max(fastest(context, 5, run), 1e-9);
}

std::function<void()> convolve(Context const& context) {
    ConvolutionShape const s{{24, 24, 24}, 32, 32, 3, 1};
    auto const x = Tensor<real>::zeros(context, {24, 24, 24, 32}), w = Tensor<real>::zeros(context, s.weights());
    Tensor<real> const y(context, x.shape()), gx(context, x.shape());
    return [=] {
        convolution::forward(s, x, w, {}, y);
        convolution::backward_data(s, w, y, gx);
        convolution::backward_weights(s, x, y, w, {});
    };
}

std::function<void()> grid(Context const& context) {
    index_t const n = 100000, coils = 8;
    Matrix const matrix{48, 48, 48};
    std::vector<real> k(static_cast<std::size_t>(3 * n));
    for (std::size_t i = 0; i < k.size(); ++i) k[i] = static_cast<real>(std::fmod(0.6180339887 * static_cast<double>(i), 1.0) * 47 - 23.5);
    auto const gridder = std::make_shared<Gridder>(context, matrix, Tensor<real>::from(context, {n, 3}, k), GriddingKernel(1e-3, 1.5), 1.5);
    auto const samples = Tensor<complex>::zeros(context, {coils, n});
    auto const [z, y, x] = gridder->grid();
    auto const cells = Tensor<complex>::zeros(context, {z, y, x, coils});
    return [=] {
        gridder->spread(samples, cells);
        gridder->interpolate(cells, samples);
    };
}

std::function<void()> transform(Context const& context) {
    Matrix const volume{64, 64, 64}, grid{96, 96, 96};
    std::array<std::vector<real>, 3> ones;
    for (auto& w : ones) w.assign(64, 1);
    auto const fft = std::make_shared<PaddedFft>(context, volume, grid, 4, ones);
    auto const in = Tensor<complex>::zeros(context, {4, 64, 64, 64}), out = Tensor<complex>::zeros(context, {96, 96, 96, 4});
    return [=] {
        fft->forward(in, out);
        fft->adjoint(out, in);
    };
}

std::function<void()> move(Context const& context) {
    auto const x = Tensor<complex>::zeros(context, {index_t{1} << 22}), y = Tensor<complex>::zeros(context, x.shape());
    return [=] { axpby(1, x, 1, y); };
}

} // namespace

double Rates::seconds(Work const& work) const {
    auto const part = [](double amount, double rate) { return rate > 0 ? amount / rate : 0; };
    return part(work.convolution, convolution) + part(work.gridding, gridding) + part(work.fourier, fourier) + part(work.traffic, traffic);
}

Rates machine_rates(Device device) {
    if (device == Device::simt) return {};
    MachineNumbers const kept("rates", device, {"convolution", "gridding", "fourier", "traffic"});
    auto r = kept.read();
    if (!r) {
        r = {rate(device, &Work::convolution, convolve), rate(device, &Work::gridding, grid), rate(device, &Work::fourier, transform),
            rate(device, &Work::traffic, move)};
        kept.write(*r);
    }
    return {r->at(0), r->at(1), r->at(2), r->at(3)};
}

} // namespace tessera
