#include "kernels/compressed_sensing/wavelet.h"

#include "kernels/divisor.h"
#include "kernels/launch.h"

namespace tessera {
namespace {

// Where the lines along one axis of a box lie.
struct Lines {
    index_t pitch; // between the values of a line
    index_t box[3], row, plane;
    int axis;

    template <class T> Lines(View<T, 3> const& volume, index_t const (&extent)[3], int along)
        : box{extent[0], extent[1], extent[2]}, row(volume.shape[2]), plane(volume.shape[1] * volume.shape[2]), axis(along) {
        pitch = axis == 0 ? plane : axis == 1 ? row : 1;
    }
    // Of `count` items on every line.
    Indices<3> items(index_t count) const {
        return Indices<3>({axis == 0 ? count : box[0], axis == 1 ? count : box[1], axis == 2 ? count : box[2]});
    }
    // Item i on every line: its number on the line, and the offset of the line's first value.
    TESSERA_HD index_t locate(index_t i, Indices<3> const& items, index_t& offset) const {
        auto const [z, y, x] = items(i);
        offset = (axis == 0 ? 0 : z * plane) + (axis == 1 ? 0 : y * row) + (axis == 2 ? 0 : x);
        return axis == 0 ? z : axis == 1 ? y : x;
    }
};

// One of them: value p of it is value line(p) of the volume.
struct Line : WaveletAxis {
    index_t first, pitch;

    TESSERA_HD index_t operator()(index_t p) const { return first + p * pitch; }
};

// f(line, n) on the device for approximation n of every line.
template <class K, class F> void for_each_approximation(Stream stream, K const& k, F const& f) {
    WaveletAxis const axis{k.box[k.axis], k.shift};
    if (axis.length == 0) return;
    Lines const lines(k.x, k.box, k.axis);
    auto const items = lines.items(axis.approximations());
    index_t const count = k.box[0] * k.box[1] * k.box[2] / axis.length * axis.approximations();
    for_each(stream, count, TESSERA_LAMBDA(index_t i) {
        index_t first;
        index_t const n = lines.locate(i, items, first);
        f(Line{axis, first, lines.pitch}, n);
    });
}

} // namespace

// A thread computes an approximation and the detail beside it.
template <> void execute<kDevice>(Stream stream, WaveletAnalysis const& k) {
    auto const x = k.x;
    auto const y = k.y;
    auto const filter = k.filter;
    for_each_approximation(stream, k, TESSERA_LAMBDA(Line const& line, index_t n) {
        if (n == line.pairs()) {
            y[line(n)] = x[line(line.at(line.length - 1))];
            return;
        }
        complex low{}, high{};
        index_t p = 2 * n;
        for (int t = 0; t < filter.taps; ++t) {
            if (p == line.circle()) p = 0;
            complex const value = x[line(line.at(p++))];
            low += filter.low[t] * value;
            high += filter.high(t) * value;
        }
        y[line(n)] = low;
        y[line(line.approximations() + n)] = high;
    });
}

// A thread computes the two values of a pair.
template <> void execute<kDevice>(Stream stream, WaveletSynthesis const& k) {
    auto const x = k.x;
    auto const y = k.y;
    auto const filter = k.filter;
    for_each_approximation(stream, k, TESSERA_LAMBDA(Line const& line, index_t n) {
        if (n == line.pairs()) {
            x[line(line.at(line.length - 1))] = y[line(n)];
            return;
        }
        complex even{}, odd{};
        index_t from = n;
        for (int t = 0; t < filter.taps; t += 2) {
            complex const low = y[line(from)], high = y[line(line.approximations() + from)];
            even += filter.low[t] * low + filter.high(t) * high;
            odd += filter.low[t + 1] * low + filter.high(t + 1) * high;
            from = from == 0 ? line.pairs() - 1 : from - 1;
        }
        x[line(line.at(2 * n))] = even;
        x[line(line.at(2 * n + 1))] = odd;
    });
}

template <> void execute<kDevice>(Stream stream, SoftThreshold const& k) {
    auto const x = k.x;
    real const threshold = k.threshold;
    for_each(stream, x.size(), TESSERA_LAMBDA(index_t i) {
        real const size = abs(x[i]);
        x[i] = size > threshold ? (1 - threshold / size) * x[i] : complex{};
    });
}

} // namespace tessera
