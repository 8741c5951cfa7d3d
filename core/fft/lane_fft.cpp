#include "core/fft/lane_fft.h"

#include "core/error.h"
#include "core/fft/butterfly.h"

namespace tessera {
namespace {

using namespace lanes;

// Calls f with the radix as a number that the compiler knows.
template <class F> [[gnu::always_inline]] inline void with_radix(int radix, F const& f) {
    switch (radix) {
    case 2: return f(std::integral_constant<int, 2>{});
    case 3: return f(std::integral_constant<int, 3>{});
    case 4: return f(std::integral_constant<int, 4>{});
    case 5: return f(std::integral_constant<int, 5>{});
    case 6: return f(std::integral_constant<int, 6>{});
    case 7: return f(std::integral_constant<int, 7>{});
    case 8: return f(std::integral_constant<int, 8>{});
    case 9: return f(std::integral_constant<int, 9>{});
    case 10: return f(std::integral_constant<int, 10>{});
    default: return f(std::integral_constant<int, 16>{});
    }
}

// Few stages of large radices: what is loaded and stored counts as much as arithmetic.
std::vector<int> radices(index_t n) {
    std::vector<int> found;
    auto const take = [&](int r) {
        while (n % r == 0) {
            found.push_back(r);
            n /= r;
        }
    };
    index_t twos = 1;
    while (n % (2 * twos) == 0) twos *= 2;
    if (twos == 2 && n % 5 == 0) take(10);
    if (twos == 2 && n % 6 == 0) take(6);
    while (twos >= 8) {
        int const r = twos == 16 ? 4 : 8;
        found.push_back(r);
        n /= r;
        twos /= r;
    }
    for (int const r : {4, 2, 9, 7, 5, 3}) take(r);
    return n == 1 ? found : std::vector<int>{};
}

struct PlainLoad {
    complex const* panel;
    [[gnu::always_inline]] Lanes operator()(index_t i) const { return load(panel + i * kAbreast); }
};
struct PlainStore {
    complex* panel;
    [[gnu::always_inline]] void operator()(index_t i, Lanes v) const { store(panel + i * kAbreast, v); }
};
template <bool Phase> struct SourceLoad {
    LaneSource from;
    [[gnu::always_inline]] Lanes operator()(index_t i) const {
        if (i >= from.n) return Lanes{};
        Lanes const v = load(from.data + i * from.stride);
        if constexpr (Phase)
            return times(v, from.phase[i]);
        else
            return v;
    }
};
template <bool Phase> struct SinkStore {
    LaneSink to;
    [[gnu::always_inline]] void operator()(index_t i, Lanes v) const {
        if (i >= to.n) return;
        if constexpr (Phase) v = times<true>(v, to.phase[i]);
        if (to.added) v = v + load(to.added + i * to.added_stride);
        store(to.data + i * to.stride, v);
    }
};

// Decimation in frequency: butterflies, then twiddles.
template <int R, class Load> void forward_stage(LaneFft::Stage const& stage, Load const& from, complex* panel) {
    for (index_t p = 0; p < stage.rest; ++p) {
        Factor const* const w = stage.twiddles.data() + p * (R - 1);
        for (index_t b = 0; b < stage.blocks; ++b) {
            index_t const first = b * R * stage.rest + p;
            Lanes a[R];
            unrolled<R>([&](auto k) __attribute__((always_inline)) { a[k()] = from(first + k() * stage.rest); });
            butterfly<R, true>(a);
            store(panel + first * kAbreast, a[0]);
            unrolled<R - 1>([&](auto j) __attribute__((always_inline)) {
                constexpr int k = j() + 1;
                store(panel + (first + k * stage.rest) * kAbreast, times(a[k], w[j()]));
            });
        }
    }
}

// Its inverse: twiddles, then butterflies.
template <int R, class Store> void backward_stage(LaneFft::Stage const& stage, complex const* panel, Store const& to) {
    for (index_t p = 0; p < stage.rest; ++p) {
        Factor const* const w = stage.twiddles.data() + p * (R - 1);
        for (index_t b = 0; b < stage.blocks; ++b) {
            index_t const first = b * R * stage.rest + p;
            Lanes a[R];
            a[0] = load(panel + first * kAbreast);
            unrolled<R - 1>([&](auto j) __attribute__((always_inline)) {
                constexpr int k = j() + 1;
                a[k] = times<true>(load(panel + (first + k * stage.rest) * kAbreast), w[j()]);
            });
            butterfly<R, false>(a);
            unrolled<R>([&](auto k) __attribute__((always_inline)) { to(first + k() * stage.rest, a[k()]); });
        }
    }
}

// The last stage forward, the spectrum, and the first one backward, whose twiddles are 1.
template <int R, class Load> void middle_stage(LaneFft::Stage const& stage, Load const& from, real const* spectrum, complex* panel) {
    for (index_t b = 0; b < stage.blocks; ++b) {
        index_t const first = b * R;
        Lanes a[R];
        unrolled<R>([&](auto k) __attribute__((always_inline)) { a[k()] = from(first + k()); });
        butterfly<R, true>(a);
        unrolled<R>([&](auto k) __attribute__((always_inline)) { a[k()] = a[k()] * twice_each(spectrum + (first + k()) * kAbreast); });
        butterfly<R, false>(a);
        unrolled<R>([&](auto k) __attribute__((always_inline)) { store(panel + (first + k()) * kAbreast, a[k()]); });
    }
}

template <class F> [[gnu::always_inline]] inline void with_source(LaneSource const& from, F const& f) {
    from.phase ? f(SourceLoad<true>{from}) : f(SourceLoad<false>{from});
}
template <class F> [[gnu::always_inline]] inline void with_sink(LaneSink const& to, F const& f) {
    to.phase ? f(SinkStore<true>{to}) : f(SinkStore<false>{to});
}

// Stages [begin, end), of which the first one of all reads the source.
void run_forward(std::vector<LaneFft::Stage> const& stages, std::size_t end, LaneSource const& from, complex* panel) {
    for (std::size_t s = 0; s < end; ++s)
        with_radix(stages[s].radix, [&](auto radix) {
            if (s)
                forward_stage<radix()>(stages[s], PlainLoad{panel}, panel);
            else
                with_source(from, [&](auto const& load) { forward_stage<radix()>(stages[s], load, panel); });
        });
}

// Stages `begin` - 1 ... 0, of which the last one writes to the sink.
void run_backward(std::vector<LaneFft::Stage> const& stages, std::size_t begin, complex* panel, LaneSink const& to) {
    for (std::size_t s = begin; s-- > 0;)
        with_radix(stages[s].radix, [&](auto radix) {
            if (s)
                backward_stage<radix()>(stages[s], panel, PlainStore{panel});
            else
                with_sink(to, [&](auto const& store) { backward_stage<radix()>(stages[s], panel, store); });
        });
}

} // namespace

LaneFft::LaneFft(index_t n) : n_(n), order_(static_cast<std::size_t>(n)) {
    auto const found = radices(n);
    require(n == 1 || !found.empty(), "lane fft: length {} is no product of 2, 3, 5 and 7", n);
    index_t blocks = 1;
    for (int const r : found) {
        Stage stage{r, n / blocks / r, blocks, {}};
        double const length = static_cast<double>(r) * static_cast<double>(stage.rest);
        for (index_t p = 0; p < stage.rest; ++p)
            for (int k = 1; k < r; ++k) {
                double const angle = 2 * std::numbers::pi * static_cast<double>(p * k) / length;
                auto const im = static_cast<real>(-std::sin(angle));
                stage.twiddles.push_back({static_cast<real>(std::cos(angle)), 0, -im, im});
            }
        stages_.push_back(std::move(stage));
        blocks *= r;
    }
    for (index_t position = 0; position < n; ++position) {
        index_t frequency = 0, weight = 1, rest = position;
        for (Stage const& stage : stages_) { // a block's index is the remainder of its frequencies
            frequency += rest / stage.rest * weight;
            rest %= stage.rest;
            weight *= stage.radix;
        }
        order_[static_cast<std::size_t>(position)] = frequency;
    }
}

void LaneFft::forward(LaneSource const& from, complex* panel) const {
    if (stages_.empty()) with_source(from, [&](auto const& load) { store(panel, load(0)); });
    run_forward(stages_, stages_.size(), from, panel);
}

void LaneFft::backward(complex* panel, LaneSink const& to) const {
    if (stages_.empty()) with_sink(to, [&](auto const& store) { store(0, load(panel)); });
    run_backward(stages_, stages_.size(), panel, to);
}

void LaneFft::convolve(LaneSource const& from, real const* spectrum, complex* panel, LaneSink const& to) const {
    if (stages_.size() < 2) {
        forward(from, panel);
        for (index_t i = 0; i < n_; ++i) store(panel + i * kAbreast, load(panel + i * kAbreast) * twice_each(spectrum + i * kAbreast));
        return backward(panel, to);
    }
    std::size_t const last = stages_.size() - 1;
    run_forward(stages_, last, from, panel);
    with_radix(stages_[last].radix, [&](auto radix) { middle_stage<radix()>(stages_[last], PlainLoad{panel}, spectrum, panel); });
    run_backward(stages_, last, panel, to);
}

index_t LaneFft::good_length(index_t n) {
    for (index_t m = n;; ++m) {
        index_t rest = m;
        for (index_t const p : {2, 3, 5, 7})
            while (rest % p == 0) rest /= p;
        if (rest == 1) return m;
    }
}

} // namespace tessera
