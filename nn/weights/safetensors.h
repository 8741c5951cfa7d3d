// The safetensors format: a JSON header with names, types, shapes and places, then the numbers.
//
// Format: https://huggingface.co/docs/safetensors. 8 bytes length of the header, little endian; the header, padded with
// spaces so that numbers start at a multiple of 8 bytes; the tensors without gaps.
#pragma once

#include "nn/weights/named_tensor.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tessera {

using Metadata = std::map<std::string, std::string>;

/// Writes tensors as F32, or F64 where real is double, in the order given. The file is there completely or not at all.
/// Throws Error for a name that is used twice, empty or "__metadata__", for text that is not UTF-8, and with the system's reason.
void write_safetensors(std::filesystem::path const& file, NamedTensors const& tensors, Metadata const& metadata);

/// A file whose header has been read and checked.
class Safetensors {
public:
    struct Entry {
        std::string name, dtype;
        Shape shape;
        std::uint64_t begin = 0, end = 0; ///< bytes behind the header
    };

    /// Throws Error for a file that cannot be read or does not follow the format: a wrong length, bad JSON, a name used twice,
    /// places that overlap, leave gaps, lie outside of the file or do not fit the shape.
    explicit Safetensors(std::filesystem::path file);

    std::filesystem::path const& path() const { return path_; }
    Metadata const& metadata() const { return metadata_; }
    /// In the order of their places in the file.
    std::vector<Entry> const& entries() const { return entries_; }
    /// Null where there is none of this name.
    Entry const* find(std::string const& name) const;
    /// A tensor of type F64, F32, F16 or BF16 as real numbers. Throws Error for other types, and where the file has changed.
    Tensor<real> read(Context const& context, Entry const& entry) const;

private:
    std::filesystem::path path_;
    std::uint64_t data_ = 0; ///< where the numbers start
    Metadata metadata_;
    std::vector<Entry> entries_;
};

} // namespace tessera
