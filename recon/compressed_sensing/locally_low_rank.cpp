#include "recon/compressed_sensing/locally_low_rank.h"

#include "core/arrays/random.h"
#include "core/device/device.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <numeric>

namespace tessera {
namespace {

using BlockMatrix = Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic>; // [state, voxel]

/// First and end along z, y, x.
struct Block {
    std::array<index_t, 3> first, end;
    index_t voxels() const { return (end[0] - first[0]) * (end[1] - first[1]) * (end[2] - first[2]); }
};

/// Covers `extent` voxels by pieces of `block`, the first of which begins `shift` before voxel 0.
std::vector<std::array<index_t, 2>> pieces(index_t extent, index_t block, index_t shift) {
    std::vector<std::array<index_t, 2>> all;
    for (index_t first = -shift; first < extent; first += block)
        all.push_back({std::max<index_t>(first, 0), std::min(first + block, extent)});
    return all;
}

std::vector<Block> blocks_of(Shape const& images, index_t block, std::array<index_t, 3> const& shift) {
    std::vector<Block> all;
    for (auto const& z : pieces(images[1], block, shift[0]))
        for (auto const& y : pieces(images[2], block, shift[1]))
            for (auto const& x : pieces(images[3], block, shift[2])) all.push_back({{z[0], y[0], x[0]}, {z[1], y[1], x[1]}});
    return all;
}

/// f(voxel of the images, state, column of the block's matrix) of every number of a block.
template <class F> void each_number(Shape const& images, Block const& b, F const& f) {
    index_t const ny = images[2], nx = images[3], volume = images[1] * ny * nx;
    for (index_t s = 0; s < images[0]; ++s) {
        index_t column = 0;
        for (index_t z = b.first[0]; z < b.end[0]; ++z)
            for (index_t y = b.first[1]; y < b.end[1]; ++y)
                for (index_t x = b.first[2]; x < b.end[2]; ++x) f(s * volume + (z * ny + y) * nx + x, s, column++);
    }
}

/// Lowers the singular values of a block by `weight`, those below it to zero, where it is positive; returns the sum of what they are then.
double shrink_block(Tensor<complex> const& x, Block const& b, double weight) {
    BlockMatrix m(x.shape()[0], b.voxels());
    each_number(x.shape(), b, [&](index_t i, index_t s, index_t column) { m(s, column) = {x.data()[i].re, x.data()[i].im}; });
    Eigen::SelfAdjointEigenSolver<BlockMatrix> const gram(m * m.adjoint());
    Eigen::VectorXd const singular = gram.eigenvalues().cwiseMax(0).cwiseSqrt();
    if (weight <= 0) return singular.sum();
    Eigen::VectorXd const lowered = (singular.array() - weight).max(0);
    Eigen::VectorXd const factor = (singular.array() > 0).select(lowered.array() / singular.array().max(1e-300), 0);
    m = (gram.eigenvectors() * factor.asDiagonal() * gram.eigenvectors().adjoint() * m).eval();
    each_number(x.shape(), b, [&](index_t i, index_t s, index_t column) {
        x.data()[i] = {static_cast<real>(m(s, column).real()), static_cast<real>(m(s, column).imag())};
    });
    return lowered.sum();
}

/// Blocks share no voxel; their sums are added in one order, whatever the threads.
double shrink(Tensor<complex> const& x, std::vector<Block> const& blocks, double weight) {
    require(x.shape().rank() == 4 && x.device() == Device::cpu,
        "locally low rank: {} on {}, expected images [state, z, y, x] in host memory", x.shape().str(), device_name(x.device()));
    if (x.context().rehearses()) return 1;
    std::vector<double> sums(blocks.size());
    auto const count = std::ssize(blocks);
#pragma omp parallel for schedule(dynamic, 16)
    for (index_t i = 0; i < count; ++i) sums[static_cast<std::size_t>(i)] = shrink_block(x, blocks[static_cast<std::size_t>(i)], weight);
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

} // namespace

double LocallyLowRank::value(Tensor<complex> const& x) { return shrink(x, blocks_of(x.shape(), block_, {0, 0, 0}), 0); }

double LocallyLowRank::proximal(Tensor<complex> const& x, double weight, index_t iteration) {
    if (weight == 0) return value(x);
    std::array<index_t, 3> shift{0, 0, 0};
    Random random(seed_, static_cast<std::uint64_t>(iteration));
    if (random_shifts_)
        for (index_t& s : shift) s = static_cast<index_t>(random.uniform() * static_cast<double>(block_));
    double const lowered = shrink(x, blocks_of(x.shape(), block_, shift), weight);
    return random_shifts_ ? value(x) : lowered;
}

} // namespace tessera
