// The header of a safetensors file as text.
#pragma once

#include "nn/weights/safetensors.h"

#include <string>
#include <vector>

namespace tessera {

/// Bytes of one element. Throws Error for an unknown type.
std::uint64_t safetensors_element_size(std::string const& dtype);

/// JSON without padding.
std::string write_safetensors_header(std::vector<Safetensors::Entry> const& entries, Metadata const& metadata);

/// Reads a header whose file has data_bytes behind it; entries come out in the order of their places. Throws Error without the
/// name of the file.
void read_safetensors_header(std::string const& text, std::uint64_t data_bytes, std::vector<Safetensors::Entry>& entries,
    Metadata& metadata);

} // namespace tessera
