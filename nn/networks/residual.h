// What the residual networks share.
#pragma once

#include "nn/network.h"
#include "nn/ops/add.h"
#include "nn/ops/append_constants.h"

#include <cmath>
#include <string>
#include <vector>

namespace tessera {

/// x + tail(blocks(head(x))), each block h + conv(act(conv(... h))) with an activation between its convolutions.
/// Parameters: head, blocks.<i>.convs.<j>, blocks.<i>.activations.<j> and tail, of what its layers are.
/// Source: Lim et al. 2017, doi:10.1109/CVPRW.2017.151 (blocks without normalisation), here in 3D.
template <class Convolution, class Activation> class Residual : public Network {
public:
    /// `in`: channels of the volume, as Convolution counts them; `told`: numbers that the head sees as further channels.
    /// `activation` makes one, given its name.
    template <class Config, class MakeActivation> Residual(Config const& c, ParameterList& parameters, std::string const& prefix,
        index_t in, index_t told, MakeActivation const& activation)
        : told_(told), head_(parameters, prefix + "head", in + told, c.channels, c.filter),
          blocks_(make_blocks(c, parameters, prefix, activation)),
          tail_(parameters, prefix + "tail", c.channels, in, c.filter, 1, Start::zero) {}

    Var forward(Tape& tape, Var const& x, std::span<double const> told) const override {
        auto h = head_(tape, append_told(tape, x, told));
        for (Block const& block : blocks_) {
            auto inner = block.convolutions.front()(tape, h);
            for (std::size_t i = 0; i < block.activations.size(); ++i)
                inner = block.convolutions[i + 1](tape, block.activations[i](tape, std::move(inner)));
            h = add(tape, std::move(inner), std::move(h));
        }
        return add(tape, tail_(tape, h), x);
    }

    Reach reach() const override {
        auto const needs = [&](Interval out) {
            auto in = tail_.needs(out);
            for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
                auto const skipped = in;
                for (auto c = block->convolutions.rbegin(); c != block->convolutions.rend(); ++c) in = c->needs(in);
                in = hull(in, skipped);
            }
            return hull(head_.needs(in), out);
        };
        return find_reach(needs, 1);
    }

private:
    // A number is the real part of a complex channel.
    Var append_told(Tape& tape, Var const& x, std::span<double const> told) const {
        require(std::ssize(told) == told_, "network: told {} numbers, made for {}", told.size(), told_);
        std::vector<double> values(told.size() * Convolution::kParts);
        for (std::size_t i = 0; i < told.size(); ++i) values[i * Convolution::kParts] = told[i];
        return append_constants(tape, x, values);
    }

    struct Block {
        std::vector<Convolution> convolutions;
        std::vector<Activation> activations; // one less
    };

    template <class Config, class MakeActivation> static std::vector<Block> make_blocks(Config const& c, ParameterList& parameters,
        std::string const& prefix, MakeActivation const& activation) {
        // What the blocks add up to has about the variance of what they start from, however many they are.
        double const last = 1 / std::sqrt(static_cast<double>(std::max<index_t>(c.blocks, 1)));
        std::vector<Block> blocks(static_cast<std::size_t>(c.blocks));
        for (std::size_t b = 0; b < blocks.size(); ++b)
            for (index_t i = 0; i < c.convolutions; ++i) {
                bool const is_last = i + 1 == c.convolutions;
                blocks[b].convolutions.emplace_back(parameters, fmt::format("{}blocks.{}.convs.{}", prefix, b, i), c.channels, c.channels,
                    c.filter, 1, Start::he, is_last ? last : 1);
                if (!is_last) blocks[b].activations.push_back(activation(fmt::format("{}blocks.{}.activations.{}", prefix, b, i)));
            }
        return blocks;
    }

    index_t told_;
    Convolution head_;
    std::vector<Block> blocks_;
    Convolution tail_;
};

} // namespace tessera
