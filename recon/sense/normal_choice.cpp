#include "recon/sense/normal_choice.h"

#include "core/files/machine_numbers.h"
#include "recon/nufft/gridding_kernel.h"

#include <cmath>

namespace tessera {
namespace {

constexpr double kClearly = 0.9;

/// What a geometry asks of either operator, a coil.
struct NormalWork {
    double convolution, gridding, fourier;
};

NormalWork work_of(Matrix const& matrix, index_t points, NufftConfig const& config) {
    bool const flat = matrix[0] == 1;
    auto const voxels = static_cast<double>(matrix[0]) * static_cast<double>(matrix[1]) * static_cast<double>(matrix[2]);
    auto const n_log_n = [](double n) { return n * std::log2(std::max(2.0, n)); };
    double const oversampling = oversampling_of(config), axes = flat ? 2 : 3;
    int const width = GriddingKernel(config.accuracy, oversampling).width();
    return {n_log_n(std::pow(2, axes) * voxels), static_cast<double>(points) * std::pow(width, axes),
        n_log_n(std::pow(oversampling, axes) * voxels)};
}

double seconds_of(SenseOperator const& model) {
    auto const x = Tensor<complex>::zeros(model.context(), model.domain());
    Tensor<complex> const y(model.context(), x.shape());
    return fastest(model.context(), 6, [&] { model.normal(x, y); }); // the first plans
}

NormalRates measured_rates(Device device) {
    Context const context(device);
    Matrix const matrix{48, 48, 48};
    index_t const coils = 8, few = 1000, many = 100000;
    NufftConfig const config;
    CoilMaps const maps = Tensor<complex>::zeros(context, {coils, matrix[0], matrix[1], matrix[2]});
    auto const trajectory = [&](index_t points) {
        std::vector<real> k(static_cast<std::size_t>(3 * points));
        for (std::size_t i = 0; i < k.size(); ++i)
            k[i] = static_cast<real>(std::fmod(0.6180339887 * static_cast<double>(i), 1.0) * 47 - 23.5);
        return Tensor<real>::from(context, {points, 3}, k);
    };
    auto const gridded = [&](index_t points) {
        return seconds_of(SenseOperator(std::make_shared<Nufft>(context, matrix, trajectory(points), config), maps, {}));
    };
    auto const toeplitz = std::make_shared<Toeplitz>(context, matrix, trajectory(few),
        Tensor<real>::from(context, {few}, std::vector<real>(static_cast<std::size_t>(few), 1)), config.accuracy);
    auto const a = work_of(matrix, few, config), b = work_of(matrix, many, config);
    double const least = 1e-9, with_few = gridded(few), with_many = gridded(many), n = static_cast<double>(coils);
    double const by_cell = std::max(least, with_many - with_few) / (n * (b.gridding - a.gridding));
    double const rest = std::max(least, with_few - n * a.gridding * by_cell);
    return {seconds_of(SenseOperator(nullptr, maps, {}, toeplitz)) / (n * a.convolution), by_cell, rest / (n * a.fourier)};
}

} // namespace

NormalChoice choose_normal(NormalRates const& rates, Matrix const& matrix, index_t coils, index_t points, NufftConfig const& config) {
    if (!rates.known()) return {};
    auto const work = work_of(matrix, points, config);
    auto const n = static_cast<double>(coils);
    NormalChoice choice{.toeplitz = n * work.convolution * rates.convolution,
        .gridded = n * (work.gridding * rates.gridding + work.fourier * rates.fourier)};
    if (choice.gridded < kClearly * choice.toeplitz) choice.taken = NormalOperator::gridded;
    return choice;
}

NormalRates normal_rates(Device device) {
    if (device == Device::simt) return {};
    MachineNumbers const kept("normal", device, {"convolution", "gridding", "fourier"});
    auto r = kept.read();
    if (!r && kept.can_be_kept()) {
        auto const measured = measured_rates(device);
        if (!kept.read()) kept.write({measured.convolution, measured.gridding, measured.fourier}); // else another program has meanwhile
        r = kept.read();
    }
    return r ? NormalRates{r->at(0), r->at(1), r->at(2)} : NormalRates{};
}

} // namespace tessera
