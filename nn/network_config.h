// Kinds and sizes of the networks.
#pragma once

#include "core/config/config.h"
#include "kernels/types.h"

namespace tessera {

enum class NetworkKind { resnet3d, complex_resnet3d, unet3d };
constexpr std::array<std::string_view, 3> config_names(NetworkKind) { return {"resnet3d", "complex_resnet3d", "unet3d"}; }

struct Resnet3dConfig {
    index_t channels = 32;
    index_t blocks = 3;
    index_t convolutions = 2;
    index_t filter = 3;
    double slope = 0.1;
    void describe(ConfigVisitor& v) {
        v("channels", channels, "Feature maps; multiples of 16 are fastest on a CPU.", {.min = 1, .max = 4096});
        v("blocks", blocks, "Blocks of convolutions, each with a skip around it.", {.min = 0, .max = 256});
        v("convolutions", convolutions, "Convolutions of a block, an activation between each two.", {.min = 1, .max = 64});
        v("kernel", filter, "Voxels of a convolution filter along each axis: 1, 3 or 5.", {.min = 1, .max = 5});
        v("slope", slope, "Of the leaky ReLU below 0; 0: ReLU.", {.min = 0, .max = 0.99});
    }
};

struct ComplexResnet3dConfig {
    index_t channels = 16;
    index_t blocks = 3;
    index_t convolutions = 2;
    index_t filter = 3;
    double threshold = 0.05;
    void describe(ConfigVisitor& v) {
        v("channels", channels, "Complex feature maps; multiples of 8 are fastest on a CPU.", {.min = 1, .max = 4096});
        v("blocks", blocks, "Blocks of convolutions, each with a skip around it.", {.min = 0, .max = 256});
        v("convolutions", convolutions, "Convolutions of a block, an activation between each two.", {.min = 1, .max = 64});
        v("kernel", filter, "Voxels of a convolution filter along each axis: 1, 3 or 5.", {.min = 1, .max = 5});
        v("threshold", threshold, "Magnitude up to which modReLU gives 0 before training; learned per channel.", {.min = 0});
    }
};

enum class Halving {
    strided, ///< a convolution of stride 2
    average  ///< means of 2 x 2 x 2 voxels
};
constexpr std::array<std::string_view, 2> config_names(Halving) { return {"strided", "average"}; }

struct Unet3dConfig {
    index_t channels = 16;
    index_t levels = 3;
    index_t convolutions = 2;
    index_t filter = 3;
    double slope = 0.1;
    Halving halving = Halving::strided;
    void describe(ConfigVisitor& v) {
        v("channels", channels, "Feature maps at full resolution, twice as many with each halving; a CPU likes multiples of 16.",
            {.min = 1, .max = 4096});
        v("levels", levels, "How often the resolution is halved.", {.min = 1, .max = 6});
        v("convolutions", convolutions, "Convolutions on each level, down and up.", {.min = 1, .max = 64});
        v("kernel", filter, "Voxels of a convolution filter along each axis: 1, 3 or 5.", {.min = 1, .max = 5});
        v("slope", slope, "Of the leaky ReLU below 0; 0: ReLU.", {.min = 0, .max = 0.99});
        v("halving", halving, "How the resolution is halved.");
    }
};

/// The network that regularises; of the sizes, those of its kind count.
struct NetworkConfig {
    NetworkKind kind = NetworkKind::resnet3d;
    Resnet3dConfig resnet3d;
    ComplexResnet3dConfig complex_resnet3d;
    Unet3dConfig unet3d;
    void describe(ConfigVisitor& v) {
        v("kind", kind, "Of network.");
        v("resnet3d", resnet3d, "Residual network; real and imaginary part are two channels of its first map.");
        v("complex_resnet3d", complex_resnet3d, "Residual network of complex convolutions and modReLU.");
        v("unet3d", unet3d, "U-Net; real and imaginary part are two channels of its first map.");
    }
};

} // namespace tessera
