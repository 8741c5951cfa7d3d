// How a prepared scan is reconstructed.
#pragma once

#include "core/config/config.h"
#include "recon/compressed_sensing/compressed_sensing_config.h"
#include "recon/methods/sweep.h"
#include "recon/sense/cg_sense.h"

#include <filesystem>

namespace tessera {

enum class Method { gridding, cg_sense, l1_wavelet, tv, mbdl, xd_grasp, llr };
constexpr std::array<std::string_view, 7> config_names(Method) {
    return {"gridding", "cg-sense", "l1-wavelet", "tv", "mbdl", "xd-grasp", "llr"};
}

/// Whether a method reconstructs all states of a scan at once, and so needs several.
constexpr bool is_joint(Method method) { return method == Method::xd_grasp || method == Method::llr; }

enum class CoilCombination { rss, maps };
constexpr std::array<std::string_view, 2> config_names(CoilCombination) { return {"rss", "maps"}; }

struct GriddingConfig {
    CoilCombination combine = CoilCombination::rss;
    void describe(ConfigVisitor& v) { v("combine", combine, "Root sum of squares, or weighted by sensitivity maps."); }
};

/// Applying trained weights.
struct MbdlConfig {
    std::filesystem::path weights;
    std::optional<Matrix> patch;
    std::optional<index_t> halo;
    std::optional<index_t> unrolls;
    index_t adapt = 0;
    std::optional<double> tolerance;
    std::optional<index_t> iterations;
    NormalOperator normal = NormalOperator::automatic;
    void describe(ConfigVisitor& v) {
        v("weights", weights, "The file of trained weights (safetensors); empty: those that come with the program.");
        v("patch", patch, "Voxels of a patch along z, y, x; null is that of the training.", {.min = 1, .max = kLongestAxis});
        v("halo", halo, "Voxels read around a patch; null is that of the training, which is exact unless it was chosen otherwise.",
            {.min = 0, .max = kLongestAxis});
        v("unrolls", unrolls, "How often regulariser and data consistency take turns (shared weights only); null is that of the training.",
            {.min = 1, .max = 1000});
        v("adapt", adapt,
            "tessera-recon: steps at most that fit the weights to the scan's own readouts first, as tessera-train --adapt does; 0: none.",
            {.min = 0});
        v("tolerance", tolerance,
            "An equilibrium: iterate until a step changes the image by less than this part of it; null is that of the training.",
            {.above = 0, .max = 1});
        v("iterations", iterations, "An equilibrium: iterations at most; null is that of the training.", {.min = 1, .max = 100000});
        v("normal", normal,
            "Normal operator: a convolution on a doubled grid, gridding forth and back, or the faster of them on this machine.");
    }
};

/// A method with its settings.
struct MethodConfig {
    Method method = Method::cg_sense;
    GriddingConfig gridding;
    CgConfig cg;
    L1WaveletConfig l1_wavelet;
    TotalVariationConfig tv;
    MbdlConfig mbdl;
    XdGraspConfig xd_grasp;
    LocallyLowRankConfig llr;
    SweepConfig sweep;

    void describe(ConfigVisitor& v) {
        v("method", method, "How to reconstruct.");
        v("gridding", gridding, "Method gridding.");
        v("cg", cg, "Method cg-sense.");
        v("l1_wavelet", l1_wavelet, "Method l1-wavelet.");
        v("tv", tv, "Method tv.");
        v("mbdl", mbdl, "Method mbdl.");
        v("xd_grasp", xd_grasp, "Method xd-grasp, for several states.");
        v("llr", llr, "Method llr (locally low rank), for several states.");
        v("sweep", sweep, "Several regularisation weights, of which the best is taken; not for gridding and mbdl.");
    }

    /// Whether the method works with sensitivity maps.
    bool needs_maps() const { return method != Method::gridding || gridding.combine == CoilCombination::maps; }
    /// The regularisation weight of the chosen method; null where it has none.
    double* lambda() {
        switch (method) {
        case Method::cg_sense: return &cg.lambda;
        case Method::l1_wavelet: return &l1_wavelet.lambda;
        case Method::tv: return &tv.lambda;
        case Method::xd_grasp: return &xd_grasp.lambda;
        case Method::llr: return &llr.lambda;
        default: return nullptr;
        }
    }
};

} // namespace tessera
