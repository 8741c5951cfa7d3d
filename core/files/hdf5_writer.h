// Writes HDF5 files that are complete or not there.
#pragma once

#include "core/arrays/tensor.h"
#include "core/files/atomic_file.h"
#include "core/files/hdf5_handle.h"

#include <array>
#include <cstdint>
#include <string>

namespace tessera::hdf5 {

struct DatasetOptions {
    int gzip = 0;                                         ///< 1 ... 9: compress in chunks of about 1 MiB; 0: contiguous
    bool single = false;                                  ///< float32 in the file, whatever precision the values have
    std::array<char const*, 2> complex_members{"r", "i"}; ///< as h5py names them
};

/// A new HDF5 file; nothing appears under its name before commit(). Throws Error with the file and the dataset.
class Writer {
public:
    explicit Writer(std::filesystem::path const& path);
    ~Writer();
    Writer(Writer const&) = delete;
    Writer& operator=(Writer const&) = delete;

    /// Groups on the way ("Kdata/KX_E0") are made. T: float, double, std::int64_t, Complex<float>, Complex<double>.
    template <class T>
    void dataset(std::string const& name, Shape const& shape, std::span<T const> values, DatasetOptions const& options = {});
    template <class T> void dataset(std::string const& name, Tensor<T> const& values, DatasetOptions const& options = {}) {
        dataset(name, values.shape(), std::span<T const>(values.host()), options);
    }
    void group(std::string const& name);

    /// Attributes of an existing group or dataset ("/" for the file).
    void attribute(std::string const& object, std::string const& name, std::string const& text);
    void attribute(std::string const& object, std::string const& name, double value);
    void attribute(std::string const& object, std::string const& name, std::int64_t value);
    void attribute(std::string const& object, std::string const& name, std::span<double const> values);
    void attribute(std::string const& object, std::string const& name, std::span<std::int64_t const> values);

    /// Closes the file and gives it its name. Throws Error where the disk is full.
    void commit();

private:
    void write_attribute(std::string const& object, std::string const& name, hid_t type, hid_t space, void const* value);
    std::string where(std::string const& name) const { return path_.string() + ": " + name; }

    std::filesystem::path path_;
    AtomicFile target_;
    Handle file_;
};

} // namespace tessera::hdf5
