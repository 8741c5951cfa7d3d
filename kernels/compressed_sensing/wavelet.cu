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

} // namespace

// A thread computes an approximation and the detail beside it.
template <> void execute<kDevice>(Stream stream, WaveletAnalysis const& k) {
    WaveletAxis const line{k.box[k.axis], k.shift};
    if (line.length == 0) return;
    Lines const lines(k.x, k.box, k.axis);
    auto const x = k.x;
    auto const y = k.y;
    auto const filter = k.filter;
    auto const items = lines.items(line.approximations());
    index_t const count = k.box[0] * k.box[1] * k.box[2] / line.length * line.approximations();
    for_each(stream, count, TESSERA_LAMBDA(index_t i) {
        index_t offset;
        index_t const at = lines.locate(i, items, offset);
        if (at == line.pairs()) {
            y[offset + at * lines.pitch] = x[offset + line.at(line.length - 1) * lines.pitch];
            return;
        }
        complex low{}, high{};
        index_t p = 2 * at;
        for (int t = 0; t < filter.taps; ++t) {
            if (p == line.circle()) p = 0;
            complex const value = x[offset + line.at(p++) * lines.pitch];
            low += filter.low[t] * value;
            high += filter.high(t) * value;
        }
        y[offset + at * lines.pitch] = low;
        y[offset + (line.approximations() + at) * lines.pitch] = high;
    });
}

// A thread computes the two values of a pair.
template <> void execute<kDevice>(Stream stream, WaveletSynthesis const& k) {
    WaveletAxis const line{k.box[k.axis], k.shift};
    if (line.length == 0) return;
    Lines const lines(k.y, k.box, k.axis);
    auto const x = k.x;
    auto const y = k.y;
    auto const filter = k.filter;
    auto const items = lines.items(line.approximations());
    index_t const count = k.box[0] * k.box[1] * k.box[2] / line.length * line.approximations();
    for_each(stream, count, TESSERA_LAMBDA(index_t i) {
        index_t offset;
        index_t const at = lines.locate(i, items, offset);
        if (at == line.pairs()) {
            x[offset + line.at(line.length - 1) * lines.pitch] = y[offset + at * lines.pitch];
            return;
        }
        complex even{}, odd{};
        index_t from = at;
        for (int t = 0; t < filter.taps; t += 2) {
            complex const low = y[offset + from * lines.pitch], high = y[offset + (line.approximations() + from) * lines.pitch];
            even += filter.low[t] * low + filter.high(t) * high;
            odd += filter.low[t + 1] * low + filter.high(t + 1) * high;
            from = from == 0 ? line.pairs() - 1 : from - 1;
        }
        x[offset + line.at(2 * at) * lines.pitch] = even;
        x[offset + line.at(2 * at + 1) * lines.pitch] = odd;
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
