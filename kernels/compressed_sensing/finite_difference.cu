#include "kernels/compressed_sensing/finite_difference.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {
namespace {

// A voxel and its neighbours along the axes.
struct Voxel {
    index_t at[3], pitch[3], shape[3], i;

    template <class T> TESSERA_HD Voxel(View<T, 3> const& v, Indices<3> const& indices, index_t index)
        : pitch{v.shape[1] * v.shape[2], v.shape[2], 1}, shape{v.shape[0], v.shape[1], v.shape[2]}, i(index) {
        auto const place = indices(index);
        for (int d = 0; d < 3; ++d) at[d] = place[d];
    }
    TESSERA_HD complex difference(View<complex const, 3> const& x, int axis) const {
        return at[axis] + 1 < shape[axis] ? x[i + pitch[axis]] - x[i] : complex{};
    }
};

} // namespace

template <> void execute<kDevice>(Stream stream, SubtractDivergence const& k) {
    auto const kernel = k;
    Indices<3> const indices(k.u);
    for_each(stream, k.u.size(), TESSERA_LAMBDA(index_t i) {
        Voxel const voxel(kernel.u, indices, i);
        complex sum{};
        for (int a = 0; a < kernel.axes.count; ++a) {
            int const axis = kernel.axes.axis[a];
            complex const* const p = kernel.p.data + a * kernel.u.size();
            if (voxel.at[axis] > 0) sum += p[i - voxel.pitch[axis]];
            if (voxel.at[axis] + 1 < voxel.shape[axis]) sum = sum - p[i];
        }
        kernel.u[i] = kernel.v[i] - kernel.weight * sum;
    });
}

template <> void execute<kDevice>(Stream stream, DualStep const& k) {
    auto const kernel = k;
    Indices<3> const indices(k.u);
    for_each(stream, k.u.size(), TESSERA_LAMBDA(index_t i) {
        Voxel const voxel(kernel.u, indices, i);
        index_t const n = kernel.u.size();
        complex q[3];
        real squared = 0;
        for (int a = 0; a < kernel.axes.count; ++a) {
            q[a] = kernel.r[a * n + i] + kernel.step * voxel.difference(kernel.u, kernel.axes.axis[a]);
            squared += norm2(q[a]);
        }
        real const scale = squared > 1 ? 1 / std::sqrt(squared) : real(1);
        for (int a = 0; a < kernel.axes.count; ++a) {
            complex const projected = scale * q[a];
            kernel.r[a * n + i] = projected + kernel.momentum * (projected - kernel.p[a * n + i]);
            kernel.p[a * n + i] = projected;
        }
    });
}

template <> void execute<kDevice>(Stream stream, DifferenceLength const& k) {
    auto const kernel = k;
    Indices<3> const indices(k.x);
    for_each(stream, k.length.size(), TESSERA_LAMBDA(index_t i) {
        Voxel const voxel(kernel.x, indices, i);
        real squared = 0;
        for (int a = 0; a < kernel.axes.count; ++a) squared += norm2(voxel.difference(kernel.x, kernel.axes.axis[a]));
        kernel.length[i] = std::sqrt(squared);
    });
}

} // namespace tessera
