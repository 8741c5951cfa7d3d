// The order of values.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

namespace tessera {

/// The places of values from the smallest to the largest; equal ones in the order they have.
inline std::vector<std::size_t> ascending_order(std::span<double const> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
    return order;
}

} // namespace tessera
