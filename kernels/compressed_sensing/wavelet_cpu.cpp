// Inner loops run along x, whichever axis is filtered, over the real and imaginary parts alike.
#include "kernels/compressed_sensing/wavelet.h"

#include <algorithm>

namespace tessera {
namespace {

constexpr index_t kPiece = 256; // complex values along x that are worked on together: a window of rows stays in the cache
constexpr index_t kParallel = 8192;

template <int Taps> struct Filter {
    real low[Taps], high[Taps];

    explicit Filter(WaveletFilter const& f) {
        for (int t = 0; t < Taps; ++t) low[t] = f.low[t], high[t] = f.high(t);
    }
};

real const* reals(complex const* x) { return &x->re; }
real* reals(complex* x) { return &x->re; }

template <class Kernel> index_t pitch(Kernel const& k) { return k.axis == 0 ? k.x.shape[1] * k.x.shape[2] : k.x.shape[2]; }

// Calls body(first element, number of elements) for every piece of a row of every plane that holds the axis, which is z or y.
template <class Kernel, class Body> void each_panel(Kernel const& k, Body body) {
    int const other = 1 - k.axis;
    index_t const nx = k.box[2], pieces = (nx + kPiece - 1) / kPiece;
    index_t const step = other == 0 ? k.x.shape[1] * k.x.shape[2] : k.x.shape[2];
#pragma omp parallel for schedule(static) if (k.box[0] * k.box[1] * nx > kParallel)
    for (index_t i = 0; i < k.box[other] * pieces; ++i) {
        index_t const first = i % pieces * kPiece;
        body(i / pieces * step + first, std::min(kPiece, nx - first));
    }
}

template <int Taps> void analyse_rows(WaveletAnalysis const& k, Filter<Taps> const& f) {
    WaveletAxis const line{k.box[k.axis], k.shift};
    index_t const step = pitch(k);
    each_panel(k, [&](index_t offset, index_t n) {
        complex const* const x = k.x.data + offset;
        complex* const y = k.y.data + offset;
        for (index_t pair = 0; pair < line.pairs(); ++pair) {
            real const* row[Taps];
            index_t p = 2 * pair;
            for (int t = 0; t < Taps; ++t) {
                if (p == line.circle()) p = 0;
                row[t] = reals(x + line.at(p++) * step);
            }
            real* const low = reals(y + pair * step);
            real* const high = reals(y + (line.approximations() + pair) * step);
#pragma omp simd
            for (index_t i = 0; i < 2 * n; ++i) {
                real a = 0, d = 0;
                for (int t = 0; t < Taps; ++t) {
                    a += f.low[t] * row[t][i];
                    d += f.high[t] * row[t][i];
                }
                low[i] = a;
                high[i] = d;
            }
        }
        if (line.length % 2) std::copy_n(x + line.at(line.length - 1) * step, n, y + line.pairs() * step);
    });
}

template <int Taps> void synthesise_rows(WaveletSynthesis const& k, Filter<Taps> const& f) {
    WaveletAxis const line{k.box[k.axis], k.shift};
    index_t const step = pitch(k);
    each_panel(k, [&](index_t offset, index_t n) {
        complex const* const y = k.y.data + offset;
        complex* const x = k.x.data + offset;
        for (index_t pair = 0; pair < line.pairs(); ++pair) {
            real const *low[Taps / 2], *high[Taps / 2];
            index_t from = pair;
            for (int t = 0; t < Taps / 2; ++t) {
                low[t] = reals(y + from * step);
                high[t] = reals(y + (line.approximations() + from) * step);
                from = from == 0 ? line.pairs() - 1 : from - 1;
            }
            real* const even = reals(x + line.at(2 * pair) * step);
            real* const odd = reals(x + line.at(2 * pair + 1) * step);
#pragma omp simd
            for (index_t i = 0; i < 2 * n; ++i) {
                real e = 0, o = 0;
                for (int t = 0; t < Taps / 2; ++t) {
                    e += f.low[2 * t] * low[t][i] + f.high[2 * t] * high[t][i];
                    o += f.low[2 * t + 1] * low[t][i] + f.high[2 * t + 1] * high[t][i];
                }
                even[i] = e;
                odd[i] = o;
            }
        }
        if (line.length % 2) std::copy_n(y + line.pairs() * step, n, x + line.at(line.length - 1) * step);
    });
}

// Calls body(line of x, line of y) for all lines along x.
template <class Kernel, class Body> void each_line(Kernel const& k, Body body) {
    index_t const lines = k.box[0] * k.box[1];
#pragma omp parallel for schedule(static) if (lines * k.box[2] > kParallel)
    for (index_t i = 0; i < lines; ++i) {
        index_t const offset = (i / k.box[1] * k.x.shape[1] + i % k.box[1]) * k.x.shape[2];
        body(k.x.data + offset, k.y.data + offset);
    }
}

constexpr index_t kPairs = 128; // of a line that are worked on together

// Calls body(done, at, length) for the parts of values [p, p + count) on the circle that lie side by side in memory.
template <class Body> void each_segment(WaveletAxis const& line, index_t p, index_t count, Body body) {
    for (index_t done = 0; done < count;) {
        index_t const on_circle = (p + done) % line.circle(), at = line.at(on_circle);
        index_t const length = std::min({count - done, line.circle() - on_circle, line.length - at});
        body(done, at, length);
        done += length;
    }
}

template <int Taps> void analyse_lines(WaveletAnalysis const& k, Filter<Taps> const& f) {
    WaveletAxis const line{k.box[2], k.shift};
    constexpr int kHalf = Taps / 2;
    each_line(k, [&](complex const* x, complex* y) {
        complex values[2 * (kPairs + kHalf)], even[kPairs + kHalf], odd[kPairs + kHalf];
        for (index_t first = 0; first < line.pairs(); first += kPairs) {
            index_t const count = std::min(kPairs, line.pairs() - first), read = count + kHalf - 1;
            each_segment(line, 2 * first, 2 * read, [&](index_t done, index_t at, index_t n) { std::copy_n(x + at, n, values + done); });
            for (index_t i = 0; i < read; ++i) even[i] = values[2 * i], odd[i] = values[2 * i + 1];
            real const *const e = reals(even), *const o = reals(odd);
            real* const low = reals(y + first);
            real* const high = reals(y + line.approximations() + first);
#pragma omp simd
            for (index_t i = 0; i < 2 * count; ++i) {
                real a = 0, d = 0;
                for (int t = 0; t < kHalf; ++t) {
                    a += f.low[2 * t] * e[i + 2 * t] + f.low[2 * t + 1] * o[i + 2 * t];
                    d += f.high[2 * t] * e[i + 2 * t] + f.high[2 * t + 1] * o[i + 2 * t];
                }
                low[i] = a;
                high[i] = d;
            }
        }
        if (line.length % 2) y[line.pairs()] = x[line.at(line.length - 1)];
    });
}

template <int Taps> void synthesise_lines(WaveletSynthesis const& k, Filter<Taps> const& f) {
    WaveletAxis const line{k.box[2], k.shift};
    constexpr int kHalf = Taps / 2;
    each_line(k, [&](complex* x, complex const* y) {
        complex approximation[kPairs + kHalf], detail[kPairs + kHalf], even[kPairs], odd[kPairs], values[2 * kPairs];
        for (index_t first = 0; first < line.pairs(); first += kPairs) {
            index_t const count = std::min(kPairs, line.pairs() - first);
            index_t from = (first + line.pairs() * kHalf - (kHalf - 1)) % line.pairs(); // pair `first` stands behind what comes before it
            for (index_t i = 0; i < count + kHalf - 1; ++i) {
                approximation[i] = y[from];
                detail[i] = y[line.approximations() + from];
                if (++from == line.pairs()) from = 0;
            }
            real const *const low = reals(approximation + kHalf - 1), *const high = reals(detail + kHalf - 1);
            real *const e = reals(even), *const o = reals(odd);
#pragma omp simd
            for (index_t i = 0; i < 2 * count; ++i) {
                real left = 0, right = 0;
                for (int t = 0; t < kHalf; ++t) {
                    left += f.low[2 * t] * low[i - 2 * t] + f.high[2 * t] * high[i - 2 * t];
                    right += f.low[2 * t + 1] * low[i - 2 * t] + f.high[2 * t + 1] * high[i - 2 * t];
                }
                e[i] = left;
                o[i] = right;
            }
            for (index_t i = 0; i < count; ++i) values[2 * i] = even[i], values[2 * i + 1] = odd[i];
            each_segment(line, 2 * first, 2 * count, [&](index_t done, index_t at, index_t n) { std::copy_n(values + done, n, x + at); });
        }
        if (line.length % 2) x[line.at(line.length - 1)] = y[line.pairs()];
    });
}

template <int Taps> void run(WaveletAnalysis const& k) {
    Filter<Taps> const filter(k.filter);
    k.axis == 2 ? analyse_lines(k, filter) : analyse_rows(k, filter);
}
template <int Taps> void run(WaveletSynthesis const& k) {
    Filter<Taps> const filter(k.filter);
    k.axis == 2 ? synthesise_lines(k, filter) : synthesise_rows(k, filter);
}

template <class Kernel> void run_any(Kernel const& k) {
    if (k.box[0] * k.box[1] * k.box[2] == 0) return;
    switch (k.filter.taps) {
    case 4: return run<4>(k);
    case 6: return run<6>(k);
    case 8: return run<8>(k);
    default: throw std::invalid_argument("wavelet: filters of 4, 6 and 8 taps are there");
    }
}

} // namespace

template <> void execute<Device::cpu>(Stream, WaveletAnalysis const& k) { run_any(k); }
template <> void execute<Device::cpu>(Stream, WaveletSynthesis const& k) { run_any(k); }

template <> void execute<Device::cpu>(Stream, SoftThreshold const& k) {
    real* const x = reals(k.x.data);
#pragma omp parallel for simd schedule(static) if (k.x.size() > kParallel)
    for (index_t i = 0; i < k.x.size(); ++i) {
        real const re = x[2 * i], im = x[2 * i + 1], size = std::sqrt(re * re + im * im);
        real const factor = size > k.threshold ? 1 - k.threshold / size : real(0);
        x[2 * i] = factor * re;
        x[2 * i + 1] = factor * im;
    }
}

} // namespace tessera
