// The exception types of the project.
#pragma once

#include <cstddef>
#include <fmt/format.h>
#include <stdexcept>
#include <string>

namespace tessera {

/// Every error a user can cause or meet: one sentence with the place and the values.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Throws Error with a formatted message.
template <class... Args> [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
    throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws Error with a formatted message unless `condition` holds.
template <class... Args> void require(bool condition, fmt::format_string<Args...> format, Args&&... args) {
    if (!condition) throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// An allocation that the device or the configured limit could not serve; all numbers in bytes.
class OutOfMemory : public Error {
public:
    OutOfMemory(std::string const& device, std::size_t requested, std::size_t live, std::size_t peak, std::size_t limit);

    std::size_t requested, live, peak, limit; ///< limit 0: none was set
};

} // namespace tessera
