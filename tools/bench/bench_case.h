// What the subcommands of tessera-bench measure: one scan's sizes, and how often.
#pragma once

#include "core/device/device.h"
#include "recon/simulation/trajectories.h"
#include "recon/unrolled/unrolled_network.h"

#include <optional>

namespace tessera {

struct BenchCase {
    Matrix matrix{64, 64, 64};
    TrajectoryConfig trajectory;
    index_t coils = 8, coils_per_pass = 8;
    double accuracy = 1e-3;
    std::vector<double> oversampling{0};
    bool toeplitz = false;
    ModelConfig model;
    MemoryConfig memory;
    index_t repeats = 7, checked_points = 200, checked_voxels = 20;
    std::string device = "auto";
    std::optional<index_t> threads;
    bool json = false;

    void describe(ConfigVisitor& v) {
        v("matrix", matrix, "Voxels along z, y, x (2D: 1 in z).", {.min = 1, .max = kLongestAxis});
        v("trajectory", trajectory, "Where k-space is sampled.");
        v("coils", coils, "Coils transformed by one call.", {.min = 1, .max = 1024});
        v("coils_per_pass", coils_per_pass, "Coils gridded at once.", {.min = 1, .max = 64});
        v("accuracy", accuracy, "Relative error that is asked for.", {.min = 1e-6, .max = 1e-2});
        v("oversampling", oversampling, "nufft: grids to compare, in turn within one run; 0: the NUFFT's choice.", {.min = 0, .max = 2});
        v("toeplitz", toeplitz, "nufft: times the Toeplitz normal operator, too.");
        v("model", model, "train-step: the network; conv: channels and kernel of its resnet3d.");
        v("memory", memory, "train-step: what is kept for gradients.");
        v("repeats", repeats, "Timed rounds, after one that is not counted.", {.min = 1});
        v("checked_points", checked_points, "nufft: samples of the first coil compared with a direct sum; 0: none.", {.min = 0});
        v("checked_voxels", checked_voxels, "nufft: voxels of the first coil compared with a direct sum; 0: none.", {.min = 0});
        v("device", device, "Where everything runs.", {.one_of = {"auto", "cpu", "cuda", "simt"}});
        v("threads", threads, "CPU threads; null: as many as processors.", {.min = 1, .max = 1024});
        v("json", json, "Prints the results as JSON in place of a table.");
    }
    std::string title() const;
};

/// The subcommands; each prints what it measured.
void bench_nufft(BenchCase const& bench);
void bench_plan(BenchCase const& bench);
void bench_density(BenchCase const& bench);
void bench_maps(BenchCase const& bench);
void bench_fft(BenchCase const& bench);
void bench_normal(BenchCase const& bench);
void bench_conv(BenchCase const& bench);
void bench_train_step(BenchCase const& bench);

} // namespace tessera
