#include "nn/networks/unet3d.h"

#include "nn/ops/activations.h"
#include "nn/ops/add.h"
#include "nn/ops/append_constants.h"
#include "nn/ops/concat.h"
#include "nn/ops/two_scales.h"

namespace tessera {
namespace {

// The first of `n` convolutions changes the number of channels.
std::vector<Conv3d> make_convolutions(ParameterList& parameters, std::string const& name, index_t n, index_t in, index_t out,
    index_t filter) {
    std::vector<Conv3d> convolutions;
    for (index_t i = 0; i < n; ++i) convolutions.emplace_back(parameters, fmt::format("{}.convs.{}", name, i), i ? out : in, out, filter);
    return convolutions;
}

Interval convolutions_need(std::vector<Conv3d> const& convolutions, Interval out) {
    for (auto c = convolutions.rbegin(); c != convolutions.rend(); ++c) out = c->needs(out);
    return out;
}

// Of a level, or of the bottom, the one after the last.
index_t channels(Unet3dConfig const& c, index_t level) { return c.channels << level; }

} // namespace

std::vector<Unet3d::Level> Unet3d::make_levels(Unet3dConfig const& c, index_t told, ParameterList& parameters, std::string const& prefix) {
    std::vector<Level> levels;
    for (index_t l = 0; l < c.levels; ++l) {
        index_t const above = l ? channels(c, l - 1) : 2 + told, here = channels(c, l), below = channels(c, l + 1);
        auto const encoder = fmt::format("{}encoder.{}", prefix, l), decoder = fmt::format("{}decoder.{}", prefix, l);
        auto first = make_convolutions(parameters, encoder, c.convolutions, above, here, c.filter);
        std::optional<Conv3d> down;
        if (c.halving == Halving::strided) down.emplace(parameters, encoder + ".down", here, here, c.filter, 2);
        Conv3d up(parameters, decoder + ".up", below, here, c.filter);
        auto last = make_convolutions(parameters, decoder, c.convolutions, 2 * here, here, c.filter);
        levels.push_back({std::move(first), std::move(down), std::move(up), std::move(last)});
    }
    return levels;
}

Unet3d::Unet3d(Unet3dConfig const& c, index_t told, ParameterList& parameters, std::string const& prefix)
    : told_(told), slope_(c.slope), levels_(make_levels(c, told, parameters, prefix)),
      bottom_(make_convolutions(parameters, prefix + "bottom", c.convolutions, channels(c, c.levels - 1), channels(c, c.levels), c.filter)),
      tail_(parameters, prefix + "tail", c.channels, 2, c.filter, 1, Start::zero) {}

Var Unet3d::through(Tape& tape, std::vector<Conv3d> const& convolutions, Var x) const {
    for (auto const& convolution : convolutions) x = leaky_relu(tape, convolution(tape, x), slope_);
    return x;
}

Var Unet3d::through_level(Tape& tape, std::size_t level, Var x) const {
    if (level == levels_.size()) return through(tape, bottom_, std::move(x));
    auto const& [encoder, down, up, decoder] = levels_[level];
    x = through(tape, encoder, std::move(x));
    Shape const s = x.shape();
    auto inner = through_level(tape, level + 1, down ? leaky_relu(tape, (*down)(tape, x), slope_) : downsample(tape, x));
    inner = upsample(tape, inner, {s[0], s[1], s[2]});
    inner = leaky_relu(tape, up(tape, inner), slope_);
    x = concat(tape, x, inner);
    inner = Var(Tensor<real>()); // the concatenated map is all that the decoder needs
    return through(tape, decoder, std::move(x));
}

Var Unet3d::forward(Tape& tape, Var const& x, std::span<double const> told) const {
    require(std::ssize(told) == told_, "network: told {} numbers, made for {}", told.size(), told_);
    return add(tape, tail_(tape, through_level(tape, 0, append_constants(tape, x, told))), x);
}

Interval Unet3d::level_needs(std::size_t level, Interval out) const {
    if (level == levels_.size()) return convolutions_need(bottom_, out);
    auto const& [encoder, down, up, decoder] = levels_[level];
    auto const joined = convolutions_need(decoder, out);
    auto inner = level_needs(level + 1, through_upsampling(up.needs(joined)));
    inner = down ? down->needs(inner) : through_downsampling(inner);
    return convolutions_need(encoder, hull(inner, joined));
}

Reach Unet3d::reach() const {
    return find_reach([&](Interval out) { return hull(level_needs(0, tail_.needs(out)), out); }, index_t{1} << levels_.size());
}

} // namespace tessera
