// Sums over arrays, in double and in an order that does not depend on the number of threads.
#pragma once

#include "kernels/kernel.h"

namespace tessera {

/// partial[b] = sum of conj(x) y over the b-th of partial.size() stretches; their sum is the inner product.
struct DotPartial {
    View<complex const, 1> x, y;
    View<Complex<double>, 1> partial;

    Work work() const { return moved(2 * x.size() * static_cast<index_t>(sizeof(complex))); }
};

/// partial[b] = sum of x, or of x^2, over the b-th of partial.size() stretches.
struct RealSum {
    View<real const, 1> x;
    bool squared;
    View<double, 1> partial;

    TESSERA_HD double term(index_t i) const { return squared ? static_cast<double>(x[i]) * x[i] : static_cast<double>(x[i]); }
};

/// partial[b] = sum of |x| over the b-th of partial.size() stretches.
struct MagnitudeSum {
    View<complex const, 1> x;
    View<double, 1> partial;

    TESSERA_HD double term(index_t i) const { return static_cast<double>(abs(x[i])); }
};

/// What the losses between p and t are made of.
struct Difference {
    double error = 0;     ///< sum of w |p - t| or w |p - t|^2
    double reference = 0; ///< sum of w |t|^2
    double weight = 0;    ///< sum of w
    double peak = 0;      ///< the largest |t| where w is not 0
};
TESSERA_HD Difference& operator+=(Difference& a, Difference const& b) {
    a.error += b.error;
    a.reference += b.reference;
    a.weight += b.weight;
    a.peak = a.peak < b.peak ? b.peak : a.peak;
    return a;
}

/// Weights of elements: none (all 1), a mask (1 where it is not 0), or the values themselves, repeated as often as needed.
struct Weights {
    View<real const, 1> values;
    bool mask = false;

    TESSERA_HD real operator()(index_t i) const {
        if (values.size() == 0) return 1;
        real const w = values[i % values.size()];
        return mask ? real(w != 0 ? 1 : 0) : w;
    }
};

/// partial[b] = the sums over the b-th of partial.size() stretches.
struct DifferenceSum {
    View<complex const, 1> p, t;
    Weights weights;
    bool squared;
    View<Difference, 1> partial;

    TESSERA_HD Difference term(index_t i) const {
        double const w = weights(i);
        if (w == 0) return {};
        Complex<double> const wide{t[i].re, t[i].im}, d{p[i].re - wide.re, p[i].im - wide.im};
        double const error = norm2(d), reference = norm2(wide);
        return {w * (squared ? error : std::sqrt(error)), w * reference, w, std::sqrt(reference)};
    }
};

} // namespace tessera
