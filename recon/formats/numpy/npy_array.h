// Arrays as NumPy saves them (.npy).
#pragma once

#include "core/arrays/tensor.h"

#include <filesystem>

namespace tessera {

/// Reads an array of complex64 or complex128, in C order.
///
/// Throws Error for what is no .npy file, another type or order, and a file whose size is not what its header says.
Tensor<complex> read_npy_complex(Context const& host, std::filesystem::path const& path);

/// The same of float32 or float64.
Tensor<real> read_npy_real(Context const& host, std::filesystem::path const& path);

} // namespace tessera
