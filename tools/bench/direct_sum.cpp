#include "tools/bench/direct_sum.h"

#include <numbers>
#include <optional>
#include <random>

namespace tessera {
namespace {

using Wide = std::complex<double>;

std::vector<index_t> draw(index_t count, index_t below) {
    std::mt19937 generator(3);
    std::uniform_int_distribution<index_t> any(0, below - 1);
    std::vector<index_t> places(static_cast<std::size_t>(count));
    for (index_t& p : places) p = any(generator);
    return places;
}

double root_of_voxels(Matrix const& n) { return std::sqrt(double(n[0]) * double(n[1]) * double(n[2])); }

// A sum over x, then y, then z.
Wide sample(std::span<complex const> volume, Matrix const& n, real const* k) {
    std::vector<Wide> phases[3];
    for (int d = 0; d < 3; ++d)
        for (index_t i = 0; i < n[d]; ++i)
            phases[d].push_back(
                n[d] == 1 ? 1.0 : std::polar(1.0, -2 * std::numbers::pi * double(k[2 - d]) * double(i - n[d] / 2) / double(n[d])));
    Wide sum = 0;
    for (index_t z = 0; z < n[0]; ++z) {
        Wide plane = 0;
        for (index_t y = 0; y < n[1]; ++y) {
            Wide row = 0;
            complex const* const v = volume.data() + (z * n[1] + y) * n[2];
            for (index_t x = 0; x < n[2]; ++x) row += phases[2][x] * Wide(v[x].re, v[x].im);
            plane += phases[1][y] * row;
        }
        sum += phases[0][z] * plane;
    }
    return sum / root_of_voxels(n);
}

Wide voxel(std::span<complex const> samples, Matrix const& n, std::vector<real> const& k, index_t at) {
    index_t const r[3] = {at / n[2] / n[1] - n[0] / 2, at / n[2] % n[1] - n[1] / 2, at % n[2] - n[2] / 2};
    Wide sum = 0;
    for (std::size_t j = 0; j < samples.size(); ++j) {
        double turns = 0;
        for (std::size_t d = 0; d < 3; ++d)
            if (n[d] > 1) turns += double(k[3 * j + 2 - d]) * double(r[d]) / double(n[d]);
        sum += std::polar(1.0, 2 * std::numbers::pi * turns) * Wide(samples[j].re, samples[j].im);
    }
    return sum / root_of_voxels(n);
}

} // namespace

DirectSum DirectSum::forward(Tensor<complex> const& volumes, Matrix const& matrix, std::vector<real> const& trajectory, index_t count) {
    DirectSum sum;
    sum.places_ = draw(count, static_cast<index_t>(trajectory.size()) / 3);
    sum.values_.resize(sum.places_.size());
    auto const volume = volumes[0].to_host();
#pragma omp parallel for schedule(dynamic)
    for (std::size_t i = 0; i < sum.places_.size(); ++i) sum.values_[i] = sample(volume, matrix, &trajectory[3 * sum.places_[i]]);
    return sum;
}

DirectSum DirectSum::adjoint(Tensor<complex> const& kspace, Matrix const& matrix, std::vector<real> const& trajectory, index_t count) {
    DirectSum sum;
    sum.places_ = draw(count, matrix[0] * matrix[1] * matrix[2]);
    sum.values_.resize(sum.places_.size());
    auto const samples = kspace[0].to_host();
#pragma omp parallel for schedule(dynamic)
    for (std::size_t i = 0; i < sum.places_.size(); ++i) sum.values_[i] = voxel(samples, matrix, trajectory, sum.places_[i]);
    return sum;
}

std::optional<double> DirectSum::error(Tensor<complex> const& found) const {
    if (places_.empty()) return {};
    auto const values = found[0].to_host();
    double difference = 0, reference = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        complex const v = values[static_cast<std::size_t>(places_[i])];
        difference += std::norm(values_[i] - Wide(v.re, v.im));
        reference += std::norm(values_[i]);
    }
    return reference > 0 ? std::sqrt(difference / reference) : 0;
}

Tensor<complex> bench_noise(Context const& context, Shape const& shape, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<real> uniform(-1, 1);
    std::vector<complex> values(static_cast<std::size_t>(shape.size()));
    for (complex& v : values) v = {uniform(generator), uniform(generator)};
    return Tensor<complex>::from(context, shape, values);
}

} // namespace tessera
