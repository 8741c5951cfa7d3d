// Which of a library's algorithms computes a convolution.
#pragma once

#include "core/arrays/tensor.h"

#include <optional>
#include <span>

namespace tessera::convolution {

/// How the factors of a convolution are rounded on a GPU: a choice of the user's, never a matter of the shape.
enum class Precision {
    float32,
    tf32, ///< to 10 bits of the mantissa, several times as fast
};

/// The precision of a context, `context.resource<PrecisionChoice>().precision`.
struct PrecisionChoice {
    explicit PrecisionChoice(Stream) {}
    Precision precision = Precision::float32;
};

/// What a library says of one of its algorithms.
struct Candidate {
    bool works, deterministic;
    bool wanted_precision;
    std::size_t workspace;
};

/// The first candidate (they are sorted, the fastest first) that works, gives the same bits every time, has the wanted precision, and a
/// workspace of at most `modest` bytes; where none is that modest, the one that wants the least. None where no candidate would be right.
std::optional<std::size_t> choose(std::span<Candidate const> candidates, std::size_t modest);

} // namespace tessera::convolution
