// Numbers that are none.
#pragma once

#include "core/arrays/shape.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

namespace tessera {

/// Where the first value is that is not finite; nothing where all are, which one pass of all threads tells.
inline std::optional<index_t> first_not_finite(std::span<real const> values) {
    real sum = 0; // 0 times what is not finite is not a number
#pragma omp parallel for simd schedule(static) reduction(+ : sum)
    for (std::size_t i = 0; i < values.size(); ++i) sum += 0 * values[i];
    if (sum == 0) return {};
    return std::find_if(values.begin(), values.end(), [](real v) { return !std::isfinite(v); }) - values.begin();
}

} // namespace tessera
