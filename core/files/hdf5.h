// HDF5 files: what is in them, and their arrays and attributes as the project's types.
#pragma once

#include "core/arrays/tensor.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tessera::hdf5 {

enum class Kind { integer, real, complex, string, other };

/// What a dataset holds. A complex array may be stored as a compound {r, i} or {real, imag}.
struct DatasetInfo {
    Shape shape;
    Kind kind = Kind::other;
    std::string type; ///< for messages: "float32", "compound {r, i} of float32"
};

/// A box of a dataset: first index and number of elements along each dimension.
struct Block {
    Shape start, count;
};

/// True when the file starts with HDF5's signature; false for a missing file.
bool is_hdf5(std::filesystem::path const& path);

/// Whether links into other files are followed and raw data that lie in them are read: a file from elsewhere must not choose
/// what is read on this machine.
enum class OtherFiles { refuse, read };

/// A file open for reading. Not for use by several threads at once, as the HDF5 library is not.
///
/// Every member that names a dataset throws Error with the file and the dataset in it where that is missing,
/// has another type or shape, or cannot be read.
class File {
public:
    /// Throws Error for a file that is missing, not HDF5, or truncated.
    explicit File(std::filesystem::path path, OtherFiles others = OtherFiles::refuse);
    ~File();
    File(File&&) noexcept;
    File& operator=(File&&) noexcept;

    std::filesystem::path const& path() const;
    /// The library's identifier of the open file; stays owned by this object.
    std::int64_t id() const;

    bool has_dataset(std::string const& name) const;
    bool has_group(std::string const& name) const;
    /// Names (without path) of the datasets or groups directly in a group, sorted.
    std::vector<std::string> datasets(std::string const& group = "/") const;
    std::vector<std::string> groups(std::string const& group = "/") const;

    /// Its size in bytes.
    std::uintmax_t bytes() const;
    /// Throws Error for a dataset whose values cannot all be in the file, whatever its shape claims.
    DatasetInfo info(std::string const& dataset) const;
    /// The shape as complex numbers: a real dataset whose last extent is 2 (re, im) has one dimension less.
    Shape complex_shape(std::string const& dataset) const;

    /// Reads a whole dataset, or a block, converting the precision; `values` must have its size.
    /// T: float, double, std::int64_t, or Complex<float>, Complex<double> (compounds, or reals with last extent 2;
    /// a block counts complex numbers).
    template <class T> void read(std::string const& dataset, std::span<T> values, std::optional<Block> const& block = {}) const;
    template <class T> std::vector<T> read(std::string const& dataset) const;
    Tensor<real> read_real(Context const& host, std::string const& dataset) const;
    Tensor<complex> read_complex(Context const& host, std::string const& dataset) const;
    /// A dataset of one string.
    std::string read_string(std::string const& dataset) const;

    /// Attributes of a group or dataset ("/" for the file); nothing where the attribute does not exist.
    std::optional<double> number(std::string const& object, std::string const& attribute) const;
    std::optional<std::vector<double>> numbers(std::string const& object, std::string const& attribute) const;
    std::optional<std::string> text(std::string const& object, std::string const& attribute) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tessera::hdf5
