// Weights and training state in files.
#pragma once

#include "nn/parameter.h"
#include "nn/weights/safetensors.h"

#include <string>

namespace tessera {

/// The values of all parameters, under their names.
NamedTensors parameter_values(ParameterList const& parameters);
/// The same tensors, with `prefix` in front of their names.
NamedTensors prefixed(std::string const& prefix, NamedTensors const& tensors);

/// Copies the tensors of a file into tensors of the same names. Nothing is changed unless all of it fits.
///
/// The file may have more tensors only if their names begin with `ignored`. Throws Error for missing and unexpected tensors,
/// other shapes, and numbers that are not finite.
void load_tensors(Safetensors const& file, NamedTensors const& into, std::string const& ignored);

/// Everything that begins with this belongs to a run that may go on, and not to the model.
inline constexpr char const* kTrainingPrefix = "training.";

/// Writes the parameters as PyTorch names and lays them out, and `training` (see prefixed()) behind them.
void save_weights(std::filesystem::path const& file, ParameterList const& parameters, Metadata const& metadata,
    NamedTensors const& training = {});
/// Loads the parameters, as load_tensors(), ignoring "training.".
void load_weights(Safetensors const& file, ParameterList const& parameters);

} // namespace tessera
