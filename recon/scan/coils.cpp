#include "recon/scan/coils.h"

#include "kernels/arrays/apply_along_axis.h"
#include "kernels/arrays/coils.h"

#include <Eigen/Dense>
#include <cmath>

namespace tessera {
namespace {

using MatrixXcd = Eigen::MatrixXcd;

constexpr index_t kBlock = 4096;             // samples whose products are added at a time
constexpr index_t kMostSamples = 1 << 20;    // that virtual coils are found from: a subset tells the few numbers well
constexpr double kSmallestEigenvalue = 1e-9; // of a correlation matrix that can be inverted

/// sum over columns of x x^H, in double.
class Gram {
public:
    explicit Gram(index_t coils) : block_(coils, kBlock), sum_(MatrixXcd::Zero(coils, coils)) {}

    /// Adds samples data(:, first) ... with factors sqrt(weight); null: 1.
    void add(View<complex const, 2> data, index_t first, index_t count, real const* weights) {
        for (index_t i = 0; i < count; ++i) {
            double const factor = weights ? std::sqrt(static_cast<double>(weights[first + i])) : 1.0;
            for (index_t c = 0; c < data.shape[0]; ++c) {
                complex const v = data(c, first + i);
                block_(c, filled_) = factor * std::complex<double>(v.re, v.im);
            }
            if (++filled_ == kBlock) flush();
        }
    }
    MatrixXcd const& sum() {
        flush();
        sum_.triangularView<Eigen::StrictlyUpper>() = sum_.adjoint();
        return sum_;
    }

private:
    void flush() {
        sum_.selfadjointView<Eigen::Lower>().rankUpdate(block_.leftCols(filled_));
        filled_ = 0;
    }

    MatrixXcd block_, sum_;
    index_t filled_ = 0;
};

void mix(Tensor<complex> const& matrix, Tensor<complex> const& data, Tensor<complex> const& mixed) {
    index_t const n = data.shape().tail().size();
    enqueue(data.stream(),
        ApplyAlongAxis{matrix.view<2>(), data.reshape({1, data.shape()[0], n}).view<3>(),
            mixed.reshape({1, mixed.shape()[0], n}).view<3>()});
}

Tensor<complex> to_tensor(Context const& host, MatrixXcd const& m) {
    Tensor<complex> t(host, {m.rows(), m.cols()});
    if (host.rehearses()) return t;
    for (index_t i = 0; i < m.rows(); ++i)
        for (index_t j = 0; j < m.cols(); ++j)
            t.data()[i * m.cols() + j] = {static_cast<real>(m(i, j).real()), static_cast<real>(m(i, j).imag())};
    return t;
}

// What mix_coils() returns, in the memory of the data where nobody else sees it and as many coils remain: k-space and maps of all coils
// are the largest things of a scan.
Tensor<complex> mix_owned(Tensor<complex> const& matrix, Tensor<complex> data) {
    bool const square = matrix.shape()[0] == matrix.shape()[1] && matrix.shape()[1] == data.shape()[0];
    if (!square || !data.unique() || data.device() != Device::cpu) return mix_coils(matrix, data);
    mix(matrix.to(data.context().host()), data, data);
    return data;
}

} // namespace

Tensor<complex> mix_coils(Tensor<complex> const& matrix, Tensor<complex> const& data) {
    require(matrix.shape().rank() == 2 && data.shape().rank() >= 1 && matrix.shape()[1] == data.shape()[0],
        "coils: a matrix of shape {} does not fit data of shape {}", matrix.shape().str(), data.shape().str());
    Tensor<complex> mixed(data.context(), data.shape().tail().prepended(matrix.shape()[0]));
    mix(matrix.to(data.context()), data, mixed);
    return mixed;
}

Tensor<complex> whitening_matrix(Tensor<complex> const& noise) {
    require(noise.shape().rank() == 2, "coils: noise of shape {}, expected [coil, n]", noise.shape().str());
    index_t const coils = noise.shape()[0], n = noise.shape()[1];
    require(n >= 2 * coils, "coils: {} noise samples are too few for the covariance of {} coils, at least {} are needed", n, coils,
        2 * coils);
    Context const host = noise.context().host();
    auto const on_host = noise.to(host);
    if (host.rehearses()) return Tensor<complex>(host, {coils, coils});
    Gram gram(coils);
    gram.add(on_host.view<2>(), 0, n, nullptr);
    MatrixXcd const covariance = gram.sum() / static_cast<double>(n);
    require(covariance.allFinite(), "coils: the noise samples are not finite");

    Eigen::VectorXd const deviation = covariance.diagonal().real().cwiseSqrt();
    for (index_t c = 0; c < coils; ++c)
        require(deviation[c] > 0, "coils: coil {} has no noise (all its {} noise samples are zero), so noise cannot be prewhitened", c, n);
    auto const inverse = deviation.cwiseInverse().asDiagonal();
    MatrixXcd const correlation = inverse * covariance * inverse;
    double const smallest = Eigen::SelfAdjointEigenSolver<MatrixXcd>(correlation, Eigen::EigenvaluesOnly).eigenvalues()[0];
    require(smallest > kSmallestEigenvalue,
        "coils: the noise of the {} coils is linearly dependent (smallest eigenvalue of its correlation {:.1e}), so it cannot be prewhitened",
        coils, smallest);
    MatrixXcd const factor = correlation.llt().matrixL();
    MatrixXcd const whitening = factor.triangularView<Eigen::Lower>().solve(MatrixXcd::Identity(coils, coils)) * inverse;
    return to_tensor(host, whitening);
}

double typical_deviation(Tensor<complex> const& noise) {
    require(noise.shape().rank() == 2 && noise.size() > 0, "coils: noise of shape {}, expected [coil, n]", noise.shape().str());
    auto const on_host = noise.to(noise.context().host());
    if (on_host.context().rehearses()) return 1;
    auto const values = on_host.view<2>();
    double logarithms = 0;
    for (index_t c = 0; c < values.shape[0]; ++c) {
        double sum = 0;
        for (index_t i = 0; i < values.shape[1]; ++i) sum += norm2(Complex<double>{values(c, i).re, values(c, i).im});
        require(std::isfinite(sum) && sum > 0,
            "coils: coil {} has no noise (all its {} noise samples are zero), so noise cannot be prewhitened", c, values.shape[1]);
        logarithms += 0.5 * std::log(sum / static_cast<double>(values.shape[1]));
    }
    return std::exp(logarithms / static_cast<double>(values.shape[0]));
}

VirtualCoils find_virtual_coils(Tensor<complex> const& kspace, std::optional<Tensor<real>> const& weights, index_t coils, double energy) {
    require(kspace.shape().rank() == 3, "coils: k-space of shape {}, expected [coil, readout, sample]", kspace.shape().str());
    index_t const channels = kspace.shape()[0], readouts = kspace.shape()[1], samples = kspace.shape()[2];
    require(coils >= 0 && coils <= channels, "coils: {} virtual coils of {} coils", coils, channels);
    require(energy > 0 && energy <= 1, "coils: energy is {}, expected more than 0 and at most 1", energy);
    require(!weights || weights->size() == readouts * samples, "coils: {} weights for {} samples", weights ? weights->size() : 0,
        readouts * samples);

    Context const cpu = kspace.context().host();
    auto const y = kspace.to(cpu).reshape({channels, readouts * samples});
    auto const w = weights ? weights->to(cpu) : Tensor<real>();
    if (cpu.rehearses()) return {Tensor<complex>(cpu, {coils ? coils : channels, channels}), 1}; // energy may need fewer
    index_t const used = std::min(readouts, std::max<index_t>(1, kMostSamples / std::max<index_t>(1, samples)));
    Gram gram(channels);
    for (index_t i = 0; i < used; ++i) gram.add(y.view<2>(), i * readouts / used * samples, samples, weights ? w.data() : nullptr);
    MatrixXcd const sum = gram.sum();
    double const total = sum.diagonal().real().sum();
    require(std::isfinite(total) && total > 0, "coils: k-space is {}, so virtual coils cannot be found",
        total == 0 ? "zero" : "not finite");

    Eigen::SelfAdjointEigenSolver<MatrixXcd> const solver(sum); // ascending
    auto const part = [&](index_t i) { return std::max(0.0, solver.eigenvalues()[channels - 1 - i]) / total; };
    double kept = 0;
    index_t count = 0;
    while (count < channels && (coils ? count < coils : energy == 1 || kept < energy)) kept += part(count++);

    MatrixXcd matrix(count, channels);
    for (index_t i = 0; i < count; ++i) {
        Eigen::VectorXcd v = solver.eigenvectors().col(channels - 1 - i);
        Eigen::Index largest;
        v.cwiseAbs().maxCoeff(&largest);
        v *= std::abs(v[largest]) / v[largest]; // eigenvectors have any phase: choose one
        matrix.row(i) = v.adjoint();
    }
    return {to_tensor(cpu, matrix), std::min(1.0, kept)};
}

void mix_coils(Acquisition& scan, Tensor<complex> const& matrix) {
    scan.kspace = mix_owned(matrix, std::move(scan.kspace));
    for (auto* const t : {&scan.noise, &scan.maps})
        if (*t) *t = mix_owned(matrix, std::move(**t));
}

} // namespace tessera
