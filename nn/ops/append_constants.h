// Numbers that a network is told, as maps that have the same value everywhere.
#pragma once

#include "nn/tape.h"

#include <span>

namespace tessera {

/// The channels of x, then one constant channel for each value: [z, y, x, m] becomes [z, y, x, m + n]. Saves nothing.
/// Source: Zhang, Zuo, Zhang 2018 (FFDNet), doi:10.1109/TIP.2018.2839891.
Var append_constants(Tape& tape, Var const& x, std::span<double const> values);

} // namespace tessera
