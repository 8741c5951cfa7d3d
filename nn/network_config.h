// Kinds and sizes of the networks.
#pragma once

#include "core/config.h"
#include "kernels/types.h"

namespace tessera {

enum class NetworkKind { resnet3d };
constexpr std::array<std::string_view, 1> config_names(NetworkKind) { return {"resnet3d"}; }

struct Resnet3dConfig {
    index_t channels = 32;
    index_t blocks = 3;
    index_t convolutions = 2;
    index_t kernel = 3;
    double slope = 0.1;
    void describe(ConfigVisitor& v) {
        v("channels", channels, "Feature maps.", {.min = 1});
        v("blocks", blocks, "Blocks of convolutions, each with a skip around it.", {.min = 0});
        v("convolutions", convolutions, "Convolutions of a block, an activation between each two.", {.min = 1});
        v("kernel", kernel, "Voxels of a convolution kernel along each axis: 1, 3 or 5.", {.min = 1, .max = 5});
        v("slope", slope, "Of the leaky ReLU below 0; 0: ReLU.", {.min = 0, .max = 0.99});
    }
};

/// The network that regularises; of the sizes, those of its kind count.
struct NetworkConfig {
    NetworkKind kind = NetworkKind::resnet3d;
    Resnet3dConfig resnet3d;
    void describe(ConfigVisitor& v) {
        v("kind", kind, "Of network.");
        v("resnet3d", resnet3d, "Residual network; real and imaginary part are two channels of its first map.");
    }
};

} // namespace tessera
