// What compressed-sensing reconstructions can be told.
#pragma once

#include "core/config/config.h"
#include "recon/sense/data_term.h"

namespace tessera {

enum class Wavelet { daubechies2, daubechies3, daubechies4 };
constexpr std::array<std::string_view, 3> config_names(Wavelet) { return {"daubechies2", "daubechies3", "daubechies4"}; }

/// Method l1-wavelet: argmin_x 1/2 ||W^1/2 (A x - y / scale)||^2 + lambda ||details of Psi x||_1, image = scale x.
///
/// A = F S is the unitary-scaled NUFFT (1/sqrt(voxels) exp(-i 2 pi k.r / N)) of the coil images, Psi the orthonormal wavelet
/// transform, `scale` the 99th percentile of the magnitude of the density-compensated adjoint A^H W y, W the density compensation or,
/// with `weighted: false`, 1. The coarsest approximation is not penalised. With random shifts, ||Psi x||_1 stands for its average over
/// all cyclic shifts of x. Dividing data by s' in place of `scale` gives the same image for lambda' = lambda scale / s'; so
/// a program that minimises 1/2 ||A x - y / s'||^2 + lambda' ||Psi x||_1 is told that lambda' with `weighted: false`.
struct L1WaveletConfig {
    double lambda = 0.05;
    Wavelet wavelet = Wavelet::daubechies2;
    std::optional<index_t> levels;
    bool random_shifts = true;
    bool weighted = true;
    index_t iterations = 100;
    double tolerance = 1e-3;
    std::uint64_t seed = 1;
    NormalOperator normal = NormalOperator::automatic;
    void describe(ConfigVisitor& v) {
        v("lambda", lambda, "Weight of the l1 norm, relative to density-compensated data whose brightest voxels are about 1.", {.min = 0});
        v("wavelet", wavelet, "Daubechies' wavelet with 2, 3 or 4 vanishing moments.");
        v("levels", levels, "How often the approximation is split; null: while at least 8 voxels are left.", {.min = 1, .max = 32});
        v("random_shifts", random_shifts, "Shift the grid of the wavelets at random in every iteration, against blocks.");
        v("weighted", weighted, "Weight samples by the density compensation (converges faster), or all alike (least noise).");
        v("iterations", iterations, "Iterations at most.", {.min = 1});
        v("tolerance", tolerance, "Stop when an iteration changes the image relatively by less.", {.min = 0, .max = 1});
        v("seed", seed, "Of the random shifts.");
        v("normal", normal,
            "Normal operator: a convolution on a doubled grid, gridding forth and back, or the faster of them on this machine.");
    }
};

/// Method tv: the same problem as L1WaveletConfig with the isotropic total variation of x in place of the l1 norm.
struct TotalVariationConfig {
    double lambda = 0.03;
    index_t inner_iterations = 10;
    bool weighted = true;
    index_t iterations = 100;
    double tolerance = 1e-3;
    NormalOperator normal = NormalOperator::automatic;
    void describe(ConfigVisitor& v) {
        v("lambda", lambda, "Weight of the total variation, relative to density-compensated data whose brightest voxels are about 1.",
            {.min = 0});
        v("inner_iterations", inner_iterations, "Steps on the dual problem in every iteration.", {.min = 1});
        v("weighted", weighted, "Weight samples by the density compensation (converges faster), or all alike (least noise).");
        v("iterations", iterations, "Iterations at most.", {.min = 1});
        v("tolerance", tolerance, "Stop when an iteration changes the image relatively by less.", {.min = 0, .max = 1});
        v("normal", normal,
            "Normal operator: a convolution on a doubled grid, gridding forth and back, or the faster of them on this machine.");
    }
};

/// Method xd-grasp: the images of all states, whose differences from one to the next are sparse.
struct XdGraspConfig {
    double lambda = 0.03;
    double tikhonov = 0.05;
    index_t inner_iterations = 10;
    index_t iterations = 60;
    double tolerance = 1e-3;
    NormalOperator normal = NormalOperator::automatic;
    void describe(ConfigVisitor& v) {
        v("lambda", lambda, "Weight of the total variation along states, relative to data whose brightest voxels are about 1.", {.min = 0});
        v("tikhonov", tikhonov, "Weight of the images' energy, as cg.lambda: against noise that all states have.", {.min = 0});
        v("inner_iterations", inner_iterations, "Steps on the dual problem in every iteration.", {.min = 1});
        v("iterations", iterations, "Iterations at most.", {.min = 1});
        v("tolerance", tolerance, "Stop when an iteration changes the images relatively by less.", {.min = 0, .max = 1});
        v("normal", normal,
            "Normal operators: convolutions on a doubled grid, gridding forth and back, or the faster of them on this machine.");
    }
};

/// Method llr: the images of all states, locally of low rank.
struct LocallyLowRankConfig {
    double lambda = 0.3;
    index_t block = 8;
    bool random_shifts = true;
    index_t iterations = 60;
    double tolerance = 1e-3;
    std::uint64_t seed = 1;
    NormalOperator normal = NormalOperator::automatic;
    void describe(ConfigVisitor& v) {
        v("lambda", lambda, "Weight of the blocks' nuclear norm, relative to data whose brightest voxels are about 1.", {.min = 0});
        v("block", block, "Voxels of a block along each axis.", {.min = 1, .max = 64});
        v("random_shifts", random_shifts, "Shift the grid of the blocks at random in every iteration, against their borders.");
        v("iterations", iterations, "Iterations at most.", {.min = 1});
        v("tolerance", tolerance, "Stop when an iteration changes the images relatively by less.", {.min = 0, .max = 1});
        v("seed", seed, "Of the random shifts.");
        v("normal", normal,
            "Normal operators: convolutions on a doubled grid, gridding forth and back, or the faster of them on this machine.");
    }
};

} // namespace tessera
