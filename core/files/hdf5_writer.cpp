#include "core/files/hdf5_writer.h"

#include "core/files/hdf5_types.h"

#include <algorithm>
#include <vector>

namespace tessera::hdf5 {

namespace {

/// Chunks of about 1 MiB that cut the slowest dimensions.
std::vector<hsize_t> chunk_extents(std::vector<hsize_t> extents, std::size_t element_bytes) {
    hsize_t bytes = element_bytes;
    for (hsize_t const n : extents) bytes *= n;
    for (hsize_t& n : extents) {
        hsize_t const kept = std::max<hsize_t>(1, n * (1u << 20) / std::max<hsize_t>(bytes, 1));
        if (kept >= n) break;
        bytes = bytes / n * kept;
        n = kept;
    }
    return extents;
}

template <class T> Handle element_type(hid_t scalar, DatasetOptions const& options) {
    if constexpr (is_complex<T>)
        return complex_type(scalar, options.complex_members[0], options.complex_members[1]);
    else
        return Handle(H5Tcopy(scalar));
}

} // namespace

Writer::Writer(std::filesystem::path const& path) : path_(path), target_(path) {
    start_library();
    file_ = checked(H5Fcreate(target_.temporary().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), path_.string(),
        "cannot create the HDF5 file");
}

Writer::~Writer() = default;

template <class T>
void Writer::dataset(std::string const& name, Shape const& shape, std::span<T const> values, DatasetOptions const& options) {
    using Scalar = typename ScalarOf<T>::type;
    require(static_cast<index_t>(values.size()) == shape.size(), "{}: {} values for shape {}", where(name), values.size(), shape.str());
    bool const narrow = options.single && !std::is_same_v<Scalar, std::int64_t>;
    Handle const memory_type = element_type<T>(native_type<Scalar>(), options);
    Handle const file_type = element_type<T>(narrow ? H5T_NATIVE_FLOAT : native_type<Scalar>(), options);

    std::vector<hsize_t> const extents(shape.begin(), shape.end());
    Handle const space(shape.rank() ? H5Screate_simple(shape.rank(), extents.data(), nullptr) : H5Screate(H5S_SCALAR));
    Handle const links(H5Pcreate(H5P_LINK_CREATE)), layout(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_create_intermediate_group(links.get(), 1);
    check(H5Pset_obj_track_times(layout.get(), false), where(name), "cannot leave the time out"); // equal contents, equal bytes
    if (options.gzip > 0 && shape.size() > 0 && shape.rank() > 0) {
        auto const chunk = chunk_extents(extents, H5Tget_size(file_type.get()));
        check(H5Pset_chunk(layout.get(), shape.rank(), chunk.data()), where(name), "cannot set the chunks");
        check(H5Pset_shuffle(layout.get()), where(name), "cannot compress");
        check(H5Pset_deflate(layout.get(), static_cast<unsigned>(options.gzip)), where(name), "cannot compress");
    }
    Handle const dataset =
        checked(H5Dcreate2(file_.get(), name.c_str(), file_type.get(), space.get(), links.get(), layout.get(), H5P_DEFAULT), where(name),
            "cannot create the dataset");
    if (!values.empty())
        check(H5Dwrite(dataset.get(), memory_type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), where(name),
            "cannot write the data");
}

#define TESSERA_INSTANTIATE(T)                                                                                                             \
    template void Writer::dataset<T>(std::string const&, Shape const&, std::span<T const>, DatasetOptions const&);
TESSERA_INSTANTIATE(float)
TESSERA_INSTANTIATE(double)
TESSERA_INSTANTIATE(std::int64_t)
TESSERA_INSTANTIATE(Complex<float>)
TESSERA_INSTANTIATE(Complex<double>)
#undef TESSERA_INSTANTIATE

void Writer::group(std::string const& name) {
    Handle const links(H5Pcreate(H5P_LINK_CREATE));
    H5Pset_create_intermediate_group(links.get(), 1);
    checked(H5Gcreate2(file_.get(), name.c_str(), links.get(), H5P_DEFAULT, H5P_DEFAULT), where(name), "cannot create the group");
}

void Writer::write_attribute(std::string const& object, std::string const& name, hid_t type, hid_t space, void const* value) {
    Handle const attribute =
        checked(H5Acreate_by_name(file_.get(), object.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
            where(object + "@" + name), "cannot create the attribute");
    check(H5Awrite(attribute.get(), type, value), where(object + "@" + name), "cannot write the attribute");
}

void Writer::attribute(std::string const& object, std::string const& name, std::string const& text) {
    Handle const type(H5Tcopy(H5T_C_S1)), space(H5Screate(H5S_SCALAR));
    H5Tset_size(type.get(), H5T_VARIABLE); // h5py gives these back as str, those of fixed length as bytes
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    char const* const characters = text.c_str();
    write_attribute(object, name, type.get(), space.get(), &characters);
}

void Writer::attribute(std::string const& object, std::string const& name, double value) {
    write_attribute(object, name, H5T_NATIVE_DOUBLE, Handle(H5Screate(H5S_SCALAR)).get(), &value);
}

void Writer::attribute(std::string const& object, std::string const& name, std::int64_t value) {
    write_attribute(object, name, H5T_NATIVE_INT64, Handle(H5Screate(H5S_SCALAR)).get(), &value);
}

void Writer::attribute(std::string const& object, std::string const& name, std::span<double const> values) {
    hsize_t const n = values.size();
    write_attribute(object, name, H5T_NATIVE_DOUBLE, Handle(H5Screate_simple(1, &n, nullptr)).get(), values.data());
}

void Writer::attribute(std::string const& object, std::string const& name, std::span<std::int64_t const> values) {
    hsize_t const n = values.size();
    write_attribute(object, name, H5T_NATIVE_INT64, Handle(H5Screate_simple(1, &n, nullptr)).get(), values.data());
}

void Writer::commit() {
    check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL), path_.string(), "cannot write");
    file_.reset();
    target_.commit();
}

} // namespace tessera::hdf5
