// The states of a scan for the eye.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/acquisition/geometry.h"
#include "recon/motion/states_config.h"

#include <filesystem>

namespace tessera {

/// Central slices along z, y and x (rows) of all states (columns) in one window, at least 800 pixels wide. magnitude: [state, z, y, x] in host memory.
void write_states_png(std::filesystem::path const& path, Tensor<real> const& magnitude, Geometry const& geometry);

/// The central coronal slice (2D: the slice) through the states, there and back, frames of time there only; two seconds for a way, at most
/// a fifth of a second a state.
void write_states_gif(std::filesystem::path const& path, Tensor<real> const& magnitude, Geometry const& geometry, StatesBy by);

} // namespace tessera
