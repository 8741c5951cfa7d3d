// Ownership of HDF5 identifiers, for the few files that call the HDF5 C library.
#pragma once

#include "core/error.h"

#include <hdf5.h>
#include <string>
#include <utility>

namespace tessera::hdf5 {

/// Owns one HDF5 identifier of any kind and releases it.
class Handle {
public:
    Handle() = default;
    /// Takes ownership; a negative id (HDF5's sign of failure) gives an empty handle.
    explicit Handle(hid_t id) : id_(id) {}
    ~Handle() { reset(); }
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
    Handle& operator=(Handle&& other) noexcept {
        if (this != &other) {
            reset();
            id_ = std::exchange(other.id_, -1);
        }
        return *this;
    }

    hid_t get() const { return id_; }
    explicit operator bool() const { return id_ >= 0; }
    void reset() {
        if (id_ >= 0) H5Idec_ref(id_);
        id_ = -1;
    }

private:
    hid_t id_ = -1;
};

/// To be called before anything else of the library: errors are thrown and not printed, and the library does not clean up
/// at exit. Handles release everything, and its clean-up crashes on a file that could not be closed (on a full disk).
void start_library();

/// The most specific reason on HDF5's error stack, which is emptied.
std::string last_error();

/// Throws Error "<where>: <what>: <HDF5's reason>" for a negative result.
template <class Result> void check(Result result, std::string const& where, char const* what) {
    if (result < 0) fail("{}: {}: {}", where, what, last_error());
}
inline Handle checked(hid_t id, std::string const& where, char const* what) {
    check(id, where, what);
    return Handle(id);
}

} // namespace tessera::hdf5
