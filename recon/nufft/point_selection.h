// Part of the points of a trajectory, readouts for one.
#pragma once

#include "core/arrays/readable_in.h"

#include <vector>

namespace tessera {

/// Runs of `length` neighbouring points, ascending: run r are points r length ... (r + 1) length - 1 of `all`.
struct PointSelection {
    index_t all = 0, length = 1;
    std::vector<index_t> runs;

    index_t points() const { return std::ssize(runs) * length; }
    bool everything() const { return points() == all; }
};

/// Copies the chosen points, of `bytes` bytes each, of `from` side by side to `to`, in their order.
void copy_points(PointSelection const& chosen, std::size_t bytes, void const* from, void* to);

/// The chosen points of `all`, [row, point, ...] of `rows` rows in host memory, as [row, point, ...] in the memory of `context`; a copy even
/// where everything is chosen.
template <class T> Tensor<T> taken(Context const& context, PointSelection const& chosen, Tensor<T> const& all, index_t rows) {
    index_t const numbers = all.size() / (rows * chosen.all); // of a point
    Tensor<T> const some(context, {rows, chosen.points() * numbers});
    for (index_t row = 0; row < rows; ++row) { // the detour of a GPU takes a row at a time
        Tensor<T> const place = context.device() == Device::cuda ? Tensor<T>(context.host(), some[row].shape()) : some[row];
        if (context.rehearses()) continue;
        auto const bytes = static_cast<std::size_t>(numbers) * sizeof(T);
        copy_points(chosen, bytes, all.data() + row * chosen.all * numbers, place.data());
        if (place.data() != some[row].data()) some[row].copy_from(place);
    }
    return some;
}

} // namespace tessera
