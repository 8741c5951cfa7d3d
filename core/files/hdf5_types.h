// HDF5 types of our element types, shared by the reading and the writing side.
#pragma once

#include "core/files/hdf5_handle.h"
#include "kernels/types.h"

#include <string>
#include <type_traits>

namespace tessera::hdf5 {

template <class T> inline constexpr bool is_complex = false;
template <class T> inline constexpr bool is_complex<Complex<T>> = true;

template <class T> struct ScalarOf { using type = T; };
template <class T> struct ScalarOf<Complex<T>> { using type = T; };

/// Numbers as this machine has them; the id belongs to the library.
template <class T> hid_t native_type() {
    if constexpr (std::is_same_v<T, float>)
        return H5T_NATIVE_FLOAT;
    else if constexpr (std::is_same_v<T, double>)
        return H5T_NATIVE_DOUBLE;
    else {
        static_assert(std::is_same_v<T, std::int64_t>);
        return H5T_NATIVE_INT64;
    }
}

/// A compound of two numbers, one after the other.
inline Handle complex_type(hid_t scalar, std::string const& re, std::string const& im) {
    std::size_t const size = H5Tget_size(scalar);
    Handle type(H5Tcreate(H5T_COMPOUND, 2 * size));
    H5Tinsert(type.get(), re.c_str(), 0, scalar);
    H5Tinsert(type.get(), im.c_str(), size, scalar);
    return type;
}

} // namespace tessera::hdf5
