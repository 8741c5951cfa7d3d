#include "core/arrays/sums.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

// Enough stretches for a GPU, and no empty ones for small arrays.
index_t stretches(index_t size) { return std::clamp<index_t>(size / 256, 1, 1024); }

double total(Tensor<double> const& partial) {
    double sum = 0;
    for (double const s : partial.to_host()) sum += s;
    return sum;
}

} // namespace

double sum(Tensor<real> const& x) {
    Tensor<double> const partial(x.context(), {stretches(x.size())});
    enqueue(x.stream(), RealSum{x.flat(), false, partial.flat()});
    return total(partial);
}

double magnitude_sum(Tensor<complex> const& x) {
    Tensor<double> const partial(x.context(), {stretches(x.size())});
    enqueue(x.stream(), MagnitudeSum{x.flat(), partial.flat()});
    return total(partial);
}

double norm(std::vector<Tensor<real>> const& tensors) {
    index_t count = 0;
    for (auto const& x : tensors) count += stretches(x.size());
    if (count == 0) return 0;
    Tensor<double> const partial(tensors.front().context(), {count});
    index_t first = 0;
    for (auto const& x : tensors) {
        index_t const last = first + stretches(x.size());
        enqueue(x.stream(), RealSum{x.flat(), true, partial.slice(first, last).flat()});
        first = last;
    }
    return std::sqrt(total(partial));
}

Difference difference(Tensor<complex> const& p, Tensor<complex> const& t, Weights const& weights, bool squared) {
    Tensor<Difference> const partial(t.context(), {stretches(t.size())});
    enqueue(t.stream(), DifferenceSum{p.flat(), t.flat(), weights, squared, partial.flat()});
    Difference total;
    for (auto const& d : partial.to_host()) total += d;
    return total;
}

} // namespace tessera
