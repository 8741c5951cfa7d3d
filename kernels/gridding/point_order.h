// Samples in the order in which points are gridded.
#pragma once

#include "kernels/gridding/gridding.h"

namespace tessera {

/// order[i] = points[i].index, points[i].index = i: from now on sample i belongs to the i-th of the sorted points.
struct TakeOrder {
    View<GridPoint, 1> points;
    View<std::int32_t, 1> order;
};

/// y[order[i]] = Re x[i].
struct PutInOrder {
    View<complex const, 1> x;
    View<std::int32_t const, 1> order;
    View<real, 1> y;
};

} // namespace tessera
