// A U-Net.
#pragma once

#include "nn/layers.h"
#include "nn/network.h"

#include <optional>
#include <vector>

namespace tessera {

/// x + tail(level 0 of x), where a level convolves, halves the resolution, goes through the next level, doubles the resolution,
/// and convolves both maps together. Any matrix: maps have ceil(n / 2) voxels on the next level, also 1 of 1.
///
/// Parameters: encoder.<level>.convs.<i>, encoder.<level>.down (where strided), bottom.convs.<i>, decoder.<level>.up,
/// decoder.<level>.convs.<i> and tail, each with weight and bias. A leaky ReLU follows each convolution but the tail.
/// Source: Cicek et al. 2016, doi:10.1007/978-3-319-46723-8_49, without normalisation.
class Unet3d final : public Network {
public:
    Unet3d(Unet3dConfig const& config, index_t told, ParameterList& parameters, std::string const& prefix);
    Var forward(Tape& tape, Var const& x, std::span<double const> told) const override;
    Reach reach() const override;

private:
    struct Level {
        std::vector<Conv3d> encoder;
        std::optional<Conv3d> down; ///< none: the mean
        Conv3d up;
        std::vector<Conv3d> decoder;
    };

    static std::vector<Level> make_levels(Unet3dConfig const& config, index_t told, ParameterList& parameters, std::string const& prefix);
    Var through(Tape& tape, std::vector<Conv3d> const& convolutions, Var x) const;
    Var through_level(Tape& tape, std::size_t level, Var x) const;
    Interval level_needs(std::size_t level, Interval out) const;

    index_t told_;
    double slope_;
    std::vector<Level> levels_;
    std::vector<Conv3d> bottom_;
    Conv3d tail_;
};

} // namespace tessera
