// The scalar types and index views that every layer shares, usable in host and device code.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#ifdef __CUDACC__
#define TESSERA_HD __host__ __device__ __forceinline__
#else
#define TESSERA_HD inline
#endif

namespace tessera {

/// The floating-point type of the whole build: float, or double with TESSERA_DOUBLE.
#ifdef TESSERA_DOUBLE
using real = double;
#else
using real = float;
#endif

using index_t = std::int64_t;

/// A complex number with the memory layout of std::complex<T>, usable in device code. Aligned to its size, for one access of a GPU each.
template <class T> struct alignas(2 * sizeof(T)) Complex {
    T re{}, im{};
    friend bool operator==(Complex const&, Complex const&) = default;
};
using complex = Complex<real>;

template <class T> TESSERA_HD Complex<T> operator+(Complex<T> a, Complex<T> b) { return {a.re + b.re, a.im + b.im}; }
template <class T> TESSERA_HD Complex<T> operator-(Complex<T> a, Complex<T> b) { return {a.re - b.re, a.im - b.im}; }
template <class T> TESSERA_HD Complex<T> operator-(Complex<T> a) { return {-a.re, -a.im}; }
template <class T> TESSERA_HD Complex<T> operator*(Complex<T> a, Complex<T> b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class T> TESSERA_HD Complex<T> operator*(std::type_identity_t<T> s, Complex<T> a) { return {s * a.re, s * a.im}; }
template <class T> TESSERA_HD Complex<T> operator*(Complex<T> a, std::type_identity_t<T> s) { return {s * a.re, s * a.im}; }
template <class T> TESSERA_HD Complex<T>& operator+=(Complex<T>& a, Complex<T> b) { return a = a + b; }
template <class T> TESSERA_HD Complex<T>& operator-=(Complex<T>& a, Complex<T> b) { return a = a - b; }
template <class T> TESSERA_HD Complex<T> conj(Complex<T> a) { return {a.re, -a.im}; }
/// Squared magnitude.
template <class T> TESSERA_HD T norm2(Complex<T> a) { return a.re * a.re + a.im * a.im; }
template <class T> TESSERA_HD T abs(Complex<T> a) { return std::sqrt(norm2(a)); }

/// A non-owning, contiguous, row-major array of N dimensions; the last index runs fastest.
template <class T, int N> struct View {
    T* data = nullptr;
    index_t shape[N] = {};

    TESSERA_HD index_t size() const {
        index_t n = 1;
        for (int d = 0; d < N; ++d) n *= shape[d];
        return n;
    }
    template <class... Index> TESSERA_HD T& operator()(Index... index) const {
        static_assert(sizeof...(Index) == N, "one index per dimension");
        index_t const i[N] = {static_cast<index_t>(index)...};
        index_t offset = i[0];
        for (int d = 1; d < N; ++d) offset = offset * shape[d] + i[d];
        return data[offset];
    }
    TESSERA_HD T& operator[](index_t i) const { return data[i]; }
    /// View<T> to View<T const>.
    template <class C>
        requires(!std::is_const_v<T> && std::is_same_v<C, T const>)
    TESSERA_HD operator View<C, N>() const {
        View<C, N> v;
        v.data = data;
        for (int d = 0; d < N; ++d) v.shape[d] = shape[d];
        return v;
    }
};

} // namespace tessera
