#include "core/files/hdf5.h"

#include "core/files/bytes.h"
#include "core/files/hdf5_types.h"

#include <algorithm>
#include <array>
#include <regex>

namespace tessera::hdf5 {

namespace {

constexpr double kReading = 10; ///< how many times longer a byte takes from a file than from memory, for the time of a rehearsal

/// HDF5's members of a compound that stand for a complex number, or nothing.
std::optional<std::array<std::string, 2>> complex_members(hid_t type) {
    if (H5Tget_class(type) != H5T_COMPOUND || H5Tget_nmembers(type) != 2) return {};
    std::array<std::string, 2> names;
    for (unsigned i = 0; i < 2; ++i) {
        char* const name = H5Tget_member_name(type, i);
        names[i] = name;
        H5free_memory(name);
        if (H5Tget_member_class(type, i) != H5T_FLOAT) return {};
    }
    std::string const both = names[0] + "," + names[1];
    if (both == "r,i" || both == "real,imag" || both == "re,im") return names;
    return {};
}

std::string type_name(hid_t type) {
    std::size_t const bits = 8 * H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_FLOAT: return fmt::format("float{}", bits);
    case H5T_INTEGER: return fmt::format("{}int{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits);
    case H5T_STRING: return "string";
    case H5T_VLEN: return "variable-length";
    case H5T_ENUM: return "enumeration";
    case H5T_COMPOUND:
        if (auto const names = complex_members(type))
            return fmt::format("compound {{{}, {}}} of float{}", (*names)[0], (*names)[1], bits / 2);
        return fmt::format("compound of {} members", H5Tget_nmembers(type));
    default: return "an unusual type";
    }
}

Kind kind_of(hid_t type) {
    switch (H5Tget_class(type)) {
    case H5T_FLOAT: return Kind::real;
    case H5T_INTEGER: return Kind::integer;
    case H5T_STRING: return Kind::string;
    case H5T_COMPOUND: return complex_members(type) ? Kind::complex : Kind::other;
    default: return Kind::other;
    }
}

Shape extents(hid_t space, std::string const& where) {
    int const rank = H5Sget_simple_extent_ndims(space);
    check(rank, where, "cannot read its shape");
    require(rank <= Shape::kMaxRank, "{}: {} dimensions, at most {} are supported", where, rank, Shape::kMaxRank);
    std::array<hsize_t, Shape::kMaxRank> dims{};
    if (rank > 0) check(H5Sget_simple_extent_dims(space, dims.data(), nullptr), where, "cannot read its shape");
    std::array<index_t, Shape::kMaxRank> extents{};
    for (int d = 0; d < rank; ++d) {
        require(std::cmp_less_equal(dims[d], kMostElements), "{}: dimension {} is {}, more than any machine holds", where, d, dims[d]);
        extents[d] = static_cast<index_t>(dims[d]);
    }
    std::span<index_t const> const all(extents.data(), static_cast<std::size_t>(rank));
    require(checked_product(all).has_value(), "{}: shape [{}] has more elements than any machine holds", where, fmt::join(all, ", "));
    return Shape(all);
}

/// One string of fixed or variable length, from whatever `read(memory type, buffer)` reads it.
template <class Read> std::string string_value(hid_t type, Read read, std::string const& where) {
    require(H5Tget_class(type) == H5T_STRING, "{}: expected a string, found {}", where, type_name(type));
    Handle const memory(H5Tcopy(type));
    if (H5Tis_variable_str(type) > 0) {
        char* text = nullptr;
        check(read(memory.get(), &text), where, "cannot read the string");
        std::string value = text ? text : "";
        H5free_memory(text);
        return value;
    }
    std::string value(H5Tget_size(type), '\0');
    check(read(memory.get(), value.data()), where, "cannot read the string");
    value.resize(std::min(value.size(), value.find('\0')));
    return value;
}

constexpr double kFillValues = 1 << 20;   // bytes of a dataset that nobody needs to have stored
constexpr double kBestCompression = 1100; // deflate makes at most 1032 bytes of one

/// A shape is only a claim: refuses a dataset whose values cannot all lie in the file, before anybody makes room for them.
void require_stored(hid_t dataset, hid_t type, Shape const& shape, std::uintmax_t file_bytes, bool others, std::string const& where) {
    Handle const creation(H5Dget_create_plist(dataset));
    bool const elsewhere = H5Pget_layout(creation.get()) == H5D_VIRTUAL || H5Pget_external_count(creation.get()) > 0;
    require(others || !elsewhere, "{}: its values lie in other files, which are not read unless external_files is true", where);
    double const claimed = static_cast<double>(shape.size()) * static_cast<double>(H5Tget_size(type));
    double const stored = static_cast<double>(std::min<std::uintmax_t>(H5Dget_storage_size(dataset), file_bytes));
    double const most = stored * (H5Pget_nfilters(creation.get()) > 0 ? kBestCompression : 1);
    require(elsewhere || claimed <= std::max(most, kFillValues), "{}: shape {} of {} is {}, but the file stores only {} of it", where,
        shape.str(), type_name(type), format_bytes(static_cast<std::size_t>(claimed)), format_bytes(static_cast<std::size_t>(stored)));
}

herr_t refuse_external(char const*, char const*, char const*, char const*, unsigned*, hid_t, void*) { return -1; }

herr_t collect_name(hid_t, char const* name, H5L_info_t const*, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

} // namespace

void start_library() {
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::string last_error() {
    std::string reason;
    auto const innermost = [](unsigned n, H5E_error2_t const* error, void* text) -> herr_t {
        if (n == 0 && error->desc) *static_cast<std::string*>(text) = error->desc;
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &reason);
    H5Eclear2(H5E_DEFAULT);
    static std::regex const addresses("(, )?[A-Za-z_ ]+ = 0x[0-9a-fA-F]+"), breaks("[\\s]+");
    reason = std::regex_replace(std::regex_replace(reason, addresses, ""), breaks, " ");
    if (reason.empty()) reason = "HDF5 gives no reason";
    return reason;
}

bool is_hdf5(std::filesystem::path const& path) {
    start_library();
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && H5Fis_hdf5(path.c_str()) > 0;
}

struct File::State {
    std::filesystem::path path;
    Handle file, access; ///< access: how links are followed
    std::uintmax_t bytes = 0;
    bool others = false;

    std::string where(std::string const& name) const { return fmt::format("{}: {}", path.string(), name); }

    /// HDF5 wants every link on the way to exist before it may be asked for the last one.
    H5O_type_t type(std::string const& name) const {
        for (std::size_t end = name.find('/', 1); end < name.size(); end = name.find('/', end + 1))
            if (H5Lexists(file.get(), name.substr(0, end).c_str(), access.get()) <= 0) return H5O_TYPE_UNKNOWN;
        if (name != "/" && H5Lexists(file.get(), name.c_str(), access.get()) <= 0) return H5O_TYPE_UNKNOWN;
        Handle const object(H5Oopen(file.get(), name.c_str(), access.get()));
        switch (object ? H5Iget_type(object.get()) : H5I_BADID) {
        case H5I_GROUP: return H5O_TYPE_GROUP;
        case H5I_DATASET: return H5O_TYPE_DATASET;
        default: return H5O_TYPE_UNKNOWN;
        }
    }
    Handle dataset(std::string const& name) const {
        bool const found = type(name) == H5O_TYPE_DATASET;
        H5L_info_t link{};
        bool const linked = !found && H5Lget_info(file.get(), name.c_str(), &link, access.get()) >= 0 && link.type == H5L_TYPE_EXTERNAL;
        require(!linked, "{}: '{}' lies in another file, which is not read unless external_files is true", path.string(), name);
        if (!found) fail("{}: no dataset '{}' ({})", path.string(), name, there_are(name));
        return checked(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), where(name), "cannot open the dataset");
    }
    std::optional<Handle> attribute(std::string const& object, std::string const& name) const {
        if (type(object) == H5O_TYPE_UNKNOWN) return {};
        if (H5Aexists_by_name(file.get(), object.c_str(), name.c_str(), access.get()) <= 0) return {};
        return checked(H5Aopen_by_name(file.get(), object.c_str(), name.c_str(), H5P_DEFAULT, access.get()), where(object + "@" + name),
            "cannot open the attribute");
    }
    std::vector<std::string> children(std::string const& group, H5O_type_t wanted) const {
        require(type(group) == H5O_TYPE_GROUP, "{}: no group '{}'", path.string(), group);
        std::vector<std::string> names;
        Handle const g(H5Gopen2(file.get(), group.c_str(), H5P_DEFAULT));
        check(H5Literate(g.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names), where(group), "cannot list the group");
        std::string const prefix = group.ends_with('/') ? group : group + "/";
        std::erase_if(names, [&](std::string const& name) { return type(prefix + name) != wanted; });
        return names;
    }
    /// What stands where somebody looked for `name`: "there are kspace, maps, Kdata/".
    std::string there_are(std::string const& name) const {
        auto const slash = name.rfind('/');
        std::string group = slash == std::string::npos || slash == 0 ? "/" : name.substr(0, slash);
        if (type(group) != H5O_TYPE_GROUP) group = "/";
        std::string const prefix = group == "/" ? "" : group + "/";
        std::string all;
        for (std::string const& d : children(group, H5O_TYPE_DATASET)) all += (all.empty() ? "there are " : ", ") + prefix + d;
        for (std::string const& g : children(group, H5O_TYPE_GROUP)) all += (all.empty() ? "there are " : ", ") + prefix + g + "/";
        return all.empty() ? "there is nothing in " + group : all;
    }
};

File::File(std::filesystem::path path, OtherFiles others) : state_(std::make_unique<State>()) {
    start_library();
    std::error_code ignored;
    require(std::filesystem::exists(path, ignored), "{}: no such file", path.string());
    require(is_hdf5(path), "{}: not an HDF5 file", path.string());
    state_->file = checked(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), path.string(), "cannot open the HDF5 file");
    state_->bytes = std::filesystem::file_size(path, ignored);
    state_->others = others == OtherFiles::read;
    state_->access = Handle(H5Pcreate(H5P_LINK_ACCESS));
    if (!state_->others) check(H5Pset_elink_cb(state_->access.get(), refuse_external, nullptr), path.string(), "cannot open the HDF5 file");
    state_->path = std::move(path);
}
File::~File() = default;
File::File(File&&) noexcept = default;
File& File::operator=(File&&) noexcept = default;

std::filesystem::path const& File::path() const { return state_->path; }
std::int64_t File::id() const { return state_->file.get(); }
std::uintmax_t File::bytes() const { return state_->bytes; }
bool File::has_dataset(std::string const& name) const { return state_->type(name) == H5O_TYPE_DATASET; }
bool File::has_group(std::string const& name) const { return state_->type(name) == H5O_TYPE_GROUP; }
std::vector<std::string> File::datasets(std::string const& group) const { return state_->children(group, H5O_TYPE_DATASET); }
std::vector<std::string> File::groups(std::string const& group) const { return state_->children(group, H5O_TYPE_GROUP); }

DatasetInfo File::info(std::string const& name) const {
    Handle const dataset = state_->dataset(name);
    Handle const type(H5Dget_type(dataset.get())), space(H5Dget_space(dataset.get()));
    DatasetInfo const info{extents(space.get(), state_->where(name)), kind_of(type.get()), type_name(type.get())};
    require_stored(dataset.get(), type.get(), info.shape, state_->bytes, state_->others, state_->where(name));
    return info;
}

Shape File::complex_shape(std::string const& name) const {
    DatasetInfo const i = info(name);
    if (i.kind == Kind::complex) return i.shape;
    require(i.kind == Kind::real && i.shape.rank() > 0 && i.shape[-1] == 2,
        "{}: {}: expected complex numbers (compound of two floats, or floats with a last extent of 2), found {} {}", path().string(), name,
        i.type, i.shape.str());
    return Shape(std::span(i.shape.begin(), i.shape.end() - 1));
}

template <class T> void File::read(std::string const& name, std::span<T> values, std::optional<Block> const& block) const {
    using Scalar = typename ScalarOf<T>::type;
    std::string const where = state_->where(name);
    DatasetInfo const i = info(name);
    bool const pairs = is_complex<T> && i.kind == Kind::real; // floats with a last extent of 2
    Shape const shape = is_complex<T> ? complex_shape(name) : i.shape;
    if constexpr (!is_complex<T>)
        require(i.kind == Kind::real || i.kind == Kind::integer, "{}: expected real numbers, found {}", where, i.type);
    Shape const count = block ? block->count : shape;
    require(static_cast<index_t>(values.size()) == count.size(), "{}: {} values wanted of shape {}", where, values.size(), count.str());
    if (values.empty()) return;

    Handle const dataset = state_->dataset(name);
    Handle const file_type(H5Dget_type(dataset.get())), file_space(H5Dget_space(dataset.get()));
    Handle memory_space;
    if (block) {
        require(block->start.rank() == shape.rank() && count.rank() == shape.rank(), "{}: a block of {} dimensions of shape {}", where,
            count.rank(), shape.str());
        std::vector<hsize_t> start(block->start.begin(), block->start.end()), extent(count.begin(), count.end());
        for (int d = 0; d < shape.rank(); ++d)
            require(block->start[d] + count[d] <= shape[d], "{}: block [{}, {}) of dimension {} is outside of shape {}", where,
                block->start[d], block->start[d] + count[d], d, shape.str());
        if (pairs) {
            start.push_back(0);
            extent.push_back(2);
        }
        check(H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr), where,
            "cannot select the block");
        memory_space = Handle(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
    }
    Handle memory_type(H5Tcopy(native_type<Scalar>()));
    if (is_complex<T> && !pairs) {
        auto const names = complex_members(file_type.get());
        memory_type = complex_type(native_type<Scalar>(), (*names)[0], (*names)[1]);
    }
    check(H5Dread(dataset.get(), memory_type.get(), block ? memory_space.get() : H5S_ALL, block ? file_space.get() : H5S_ALL, H5P_DEFAULT,
              values.data()),
        where, "cannot read the data (a truncated or damaged file?)");
}

template <class T> std::vector<T> File::read(std::string const& name) const {
    std::vector<T> values(static_cast<std::size_t>((is_complex<T> ? complex_shape(name) : info(name).shape).size()));
    read(name, std::span<T>(values));
    return values;
}

#define TESSERA_INSTANTIATE(T)                                                                                                             \
    template void File::read<T>(std::string const&, std::span<T>, std::optional<Block> const&) const;                                      \
    template std::vector<T> File::read<T>(std::string const&) const;
TESSERA_INSTANTIATE(float)
TESSERA_INSTANTIATE(double)
TESSERA_INSTANTIATE(std::int64_t)
TESSERA_INSTANTIATE(Complex<float>)
TESSERA_INSTANTIATE(Complex<double>)
#undef TESSERA_INSTANTIATE

Tensor<real> File::read_real(Context const& host, std::string const& name) const {
    Tensor<real> t(host, info(name).shape);
    if (host.rehearses())
        host.stream().rehearsal->traffic += kReading * static_cast<double>(t.bytes());
    else
        read(name, t.host());
    return t;
}

Tensor<complex> File::read_complex(Context const& host, std::string const& name) const {
    Tensor<complex> t(host, complex_shape(name));
    if (host.rehearses())
        host.stream().rehearsal->traffic += kReading * static_cast<double>(t.bytes());
    else
        read(name, t.host());
    return t;
}

std::string File::read_string(std::string const& name) const {
    Handle const dataset = state_->dataset(name);
    Handle const type(H5Dget_type(dataset.get()));
    require(info(name).shape.size() == 1, "{}: expected one string, found shape {}", state_->where(name), info(name).shape.str());
    auto const read = [&](hid_t memory, void* buffer) { return H5Dread(dataset.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer); };
    return string_value(type.get(), read, state_->where(name));
}

std::optional<std::vector<double>> File::numbers(std::string const& object, std::string const& name) const {
    auto const attribute = state_->attribute(object, name);
    if (!attribute) return {};
    std::string const where = state_->where(object + "@" + name);
    Handle const type(H5Aget_type(attribute->get())), space(H5Aget_space(attribute->get()));
    Kind const kind = kind_of(type.get());
    require(kind == Kind::real || kind == Kind::integer, "{}: expected numbers, found {}", where, type_name(type.get()));
    Shape const shape = extents(space.get(), where);
    require(static_cast<std::uintmax_t>(shape.size()) <= state_->bytes, "{}: shape {} is more than the file holds", where, shape.str());
    std::vector<double> values(static_cast<std::size_t>(shape.size()));
    check(H5Aread(attribute->get(), H5T_NATIVE_DOUBLE, values.data()), where, "cannot read the attribute");
    return values;
}

std::optional<double> File::number(std::string const& object, std::string const& name) const {
    auto const values = numbers(object, name);
    if (!values) return {};
    require(values->size() == 1, "{}: expected one number, found {}", state_->where(object + "@" + name), values->size());
    return values->front();
}

std::optional<std::string> File::text(std::string const& object, std::string const& name) const {
    auto const attribute = state_->attribute(object, name);
    if (!attribute) return {};
    std::string const where = state_->where(object + "@" + name);
    Handle const type(H5Aget_type(attribute->get())), space(H5Aget_space(attribute->get()));
    require(extents(space.get(), where).size() == 1 && H5Tget_size(type.get()) <= state_->bytes, "{}: expected one string", where);
    auto const read = [&](hid_t memory, void* buffer) { return H5Aread(attribute->get(), memory, buffer); };
    return string_value(type.get(), read, where);
}

} // namespace tessera::hdf5
