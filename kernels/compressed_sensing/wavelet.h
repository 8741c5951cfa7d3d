// One level of an orthogonal wavelet transform along one axis of a volume.
//
// An axis of n values is seen as floor(n / 2) pairs on a circle; of an odd length the last value is left over and counts as
// one more approximation. So approximations have indices [0, ceil(n / 2)) of the result and details the rest, and the map is
// orthogonal for every length: filters that are longer than the circle run around it more than once.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

inline constexpr int kMostTaps = 8;

/// The low-pass filter of an orthogonal pair; the high-pass one is its mirror with alternating signs.
struct WaveletFilter {
    int taps;
    real low[kMostTaps];

    TESSERA_HD real high(int t) const { return t % 2 ? -low[taps - 1 - t] : low[taps - 1 - t]; }
};

/// Daubechies' filter of least support with 2, 3 or 4 vanishing moments: 4, 6 or 8 taps.
/// Source: Daubechies 1988, doi:10.1002/cpa.3160410705.
inline WaveletFilter daubechies(int moments) {
    switch (moments) {
    case 2:
        return {4,
            {real(0.48296291314453414337), real(0.83651630373780790558), real(0.22414386804201338103), real(-0.12940952255126038117)}};
    case 3:
        return {6,
            {real(0.332670552950082616), real(0.80689150931109257649), real(0.4598775021184915701), real(-0.1350110200102545887),
                real(-0.085441273882026661693), real(0.035226291885709536603)}};
    case 4:
        return {8,
            {real(0.23037781330889650086), real(0.71484657055291564709), real(0.63088076792985890788), real(-0.027983769416859854211),
                real(-0.18703481171909308408), real(0.030841381835560763627), real(0.032883011666885199735),
                real(-0.010597401785069032105)}};
    default: throw std::invalid_argument("daubechies: 2, 3 and 4 vanishing moments are there");
    }
}

/// How one axis is split.
struct WaveletAxis {
    index_t length, shift; ///< 0 <= shift < length

    TESSERA_HD index_t pairs() const { return length / 2; }
    TESSERA_HD index_t circle() const { return length / 2 * 2; }
    TESSERA_HD index_t approximations() const { return length - length / 2; }
    /// Where value p of the shifted axis lies.
    TESSERA_HD index_t at(index_t p) const { return p + shift < length ? p + shift : p + shift - length; }
};

/// y = the approximations and details of x along `axis`, inside the box [0, box) of both volumes.
///
/// The axis is read from `shift` on, around its end. x and y are different memory of the same shape. Outside of the box nothing
/// is read or written.
struct WaveletAnalysis {
    View<complex const, 3> x;
    View<complex, 3> y;
    index_t box[3];
    int axis;
    index_t shift;
    WaveletFilter filter;
};

/// x = what has the approximations and details y: the inverse and adjoint of WaveletAnalysis.
struct WaveletSynthesis {
    View<complex const, 3> y;
    View<complex, 3> x;
    index_t box[3];
    int axis;
    index_t shift;
    WaveletFilter filter;
};

/// x = x max(0, 1 - threshold / |x|), the proximal map of threshold |x|.
struct SoftThreshold {
    View<complex, 1> x;
    real threshold;
};

} // namespace tessera
