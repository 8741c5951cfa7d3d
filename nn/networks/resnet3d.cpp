#include "nn/networks/resnet3d.h"

#include "nn/ops/activations.h"
#include "nn/ops/add.h"

#include <cmath>
#include <ranges>

namespace tessera {
namespace {

std::vector<std::vector<Conv3d>> make_blocks(Resnet3dConfig const& c, ParameterList& parameters, std::string const& prefix) {
    std::vector<std::vector<Conv3d>> blocks;
    // What the blocks add up to has about the variance of what they start from, however many they are.
    double const last = 1 / std::sqrt(static_cast<double>(std::max<index_t>(c.blocks, 1)));
    for (index_t b = 0; b < c.blocks; ++b) {
        auto& convolutions = blocks.emplace_back();
        for (index_t i = 0; i < c.convolutions; ++i)
            convolutions.emplace_back(parameters, fmt::format("{}blocks.{}.convs.{}", prefix, b, i), c.channels, c.channels, c.kernel, 1, Start::he,
                i + 1 == c.convolutions ? last : 1);
    }
    return blocks;
}

} // namespace

Resnet3d::Resnet3d(Resnet3dConfig const& c, ParameterList& parameters, std::string const& prefix)
    : slope_(c.slope), head_(parameters, prefix + "head", 2, c.channels, c.kernel), blocks_(make_blocks(c, parameters, prefix)),
      tail_(parameters, prefix + "tail", c.channels, 2, c.kernel, 1, Start::zero) {}

Var Resnet3d::forward(Tape& tape, Var const& x) const {
    auto h = head_(tape, x);
    for (auto const& block : blocks_) {
        auto inner = block.front()(tape, h);
        for (auto const& convolution : block | std::views::drop(1)) inner = convolution(tape, leaky_relu(tape, std::move(inner), slope_));
        h = add(tape, std::move(inner), std::move(h));
    }
    return add(tape, tail_(tape, h), x);
}

Reach Resnet3d::reach() const {
    return find_reach(
        [&](Interval out) {
            auto in = tail_.needs(out);
            for (auto const& block : blocks_ | std::views::reverse)
                for (auto const& convolution : block | std::views::reverse) in = convolution.needs(in);
            return hull(head_.needs(in), out);
        },
        1);
}

} // namespace tessera
