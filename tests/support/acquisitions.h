// Small made-up scans.
#pragma once

#include "recon/acquisition/acquisition.h"
#include "tests/support/devices.h"

#include <algorithm>

namespace tessera::test {

/// The nearest multiple of 1/64: exact in float32 too, so that files of single precision give it back.
inline real short_number(real v) { return std::round(64 * v) / 64; }

/// Random k-space on a random trajectory inside the matrix, with every optional field, in short numbers.
inline Acquisition random_acquisition(index_t coils = 2, index_t readouts = 5, index_t samples = 7, Matrix matrix = {6, 10, 8}) {
    Context const host;
    auto const complex_tensor = [&](Shape const& s, unsigned seed) {
        auto values = random_complex(static_cast<std::size_t>(s.size()), seed);
        for (complex& v : values) v = {short_number(v.re), short_number(v.im)};
        return Tensor<complex>::from(host, s, values);
    };
    Acquisition a;
    a.kspace = complex_tensor({coils, readouts, samples}, 1);
    a.trajectory = Tensor<real>(host, {readouts, samples, 3});
    auto const k = random_real(static_cast<std::size_t>(a.trajectory.size()), 2, -0.5, 0.5);
    for (std::size_t i = 0; i < k.size(); ++i) a.trajectory.data()[i] = short_number(k[i] * static_cast<real>(matrix[2 - i % 3] - 1));
    a.weights = Tensor<real>(host, {readouts, samples});
    auto const w = random_real(static_cast<std::size_t>(a.weights->size()), 3, 0, 1);
    for (std::size_t i = 0; i < w.size(); ++i) a.weights->data()[i] = short_number(w[i]);
    a.noise = complex_tensor({coils, 11}, 4);
    a.maps = complex_tensor({coils, matrix[0], matrix[1], matrix[2]}, 5);
    a.reference = complex_tensor({matrix[0], matrix[1], matrix[2]}, 6);
    a.vessels = {{{1, -2, 3.5}, {4, 5, 6}, 2, 1.5}, {{4, 5, 6}, {4, 5, 9}, 1.5, 1}};
    for (index_t r = 0; r < readouts; ++r) {
        a.times.push_back(0.25 * static_cast<double>(r));
        a.respiration.push_back(static_cast<double>(r * r % 7) - 2.5);
    }
    a.matrix = matrix;
    a.geometry = {{60, 200, 120}, {1, -2, 3}, {0, 1, 0}, {0, 0, 1}, {1, 0, 0}};
    a.source = "made up";
    return a;
}

/// Equal shapes and values.
template <class T> bool same(Tensor<T> const& a, Tensor<T> const& b) {
    auto const x = a.host(), y = b.host();
    return a.shape().str() == b.shape().str() && std::equal(x.begin(), x.end(), y.begin());
}
template <class T> bool same(std::optional<Tensor<T>> const& a, std::optional<Tensor<T>> const& b) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
}

inline bool same(std::vector<VesselSegment> const& a, std::vector<VesselSegment> const& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](VesselSegment const& p, VesselSegment const& q) {
        return p.from == q.from && p.to == q.to && p.radius_from == q.radius_from && p.radius_to == q.radius_to;
    });
}

/// The message of the Error that f throws; "no error" where it throws none.
template <class F> std::string message_of(F f) {
    try {
        f();
    } catch (Error const& error) {
        return error.what();
    }
    return "no error";
}

} // namespace tessera::test
