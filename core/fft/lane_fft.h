// FFTs of kAbreast sequences side by side, in registers: the host's transform where the order of frequencies does not matter.
#pragma once

#include "core/fft/lanes.h"

#include <vector>

namespace tessera {

/// Where a transform reads: element i of every lane at data + i * stride, times phase[i]; zero from element n on.
struct LaneSource {
    complex const* data;
    index_t stride, n;                    ///< in complex numbers; data and stride are multiples of kAbreast
    lanes::Factor const* phase = nullptr; ///< [n] or null for 1
};

/// Where one writes: data[i] = conj(phase[i]) x[i] + added[i] for i < n; what follows is dropped.
struct LaneSink {
    complex* data;
    index_t stride, n;
    lanes::Factor const* phase = nullptr;
    complex const* added = nullptr; ///< with the stride of data, which it may be; null for 0
    index_t added_stride = 0;
};

/// Unnormalised transforms of length n, a product of 2, 3, 5 and 7, of panels [n][kAbreast], which are aligned to 64 bytes.
///
/// forward() leaves frequency order()[i] at position i (decimation in frequency, without reordering), and backward() expects
/// it there. Every stage is arithmetic between whole registers. Thread-safe.
/// Source: Cooley and Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1; Gentleman and Sande 1966, doi:10.1145/1464291.1464352.
class LaneFft {
public:
    explicit LaneFft(index_t n);

    index_t n() const { return n_; }
    std::vector<index_t> const& order() const { return order_; }

    void forward(LaneSource const& from, complex* panel) const;
    void backward(complex* panel, LaneSink const& to) const;
    /// backward(spectrum forward(from)) for a real spectrum [n][kAbreast] in the order of the panel.
    void convolve(LaneSource const& from, real const* spectrum, complex* panel, LaneSink const& to) const;

    /// Smallest product of 2, 3, 5 and 7 that is not below n.
    static index_t good_length(index_t n);

    /// One step of the transform: `blocks` groups of `radix` x `rest` elements.
    struct Stage {
        int radix;
        index_t rest, blocks;
        std::vector<lanes::Factor> twiddles; ///< [rest][radix - 1]
    };

private:
    index_t n_;
    std::vector<Stage> stages_;
    std::vector<index_t> order_;
};

} // namespace tessera
