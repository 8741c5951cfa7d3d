// Text of files that nobody vouches for.
#pragma once

#include <algorithm>
#include <array>
#include <istream>
#include <string>

namespace tessera {

/// The first `bytes` of a stream at most, whatever its file says its size is: it may be a device. Memory is taken for what is read only.
inline std::string read_at_most(std::istream& stream, std::size_t bytes) {
    std::string text;
    std::array<char, 1 << 14> piece;
    while (text.size() < bytes && stream) {
        stream.read(piece.data(), static_cast<std::streamsize>(std::min(piece.size(), bytes - text.size())));
        text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
    }
    return text;
}

} // namespace tessera
