#include "recon/methods/outputs.h"

#include "core/arrays/vector_ops.h"
#include "core/files/hdf5_writer.h"
#include "recon/formats/cfl.h"
#include "recon/formats/nifti/nifti.h"
#include "recon/pictures/png.h"

namespace tessera {
namespace {

void write_volume(std::filesystem::path const& path, Tensor<complex> const& image, Geometry const& g) {
    hdf5::Writer file(path);
    file.dataset("image", image, {.single = true});
    int const z = image.shape().rank() - 3;
    std::array<std::int64_t, 3> const matrix{image.shape()[z], image.shape()[z + 1], image.shape()[z + 2]};
    file.attribute("/", "matrix", std::span<std::int64_t const>(matrix));
    std::pair<char const*, Vector3> const vectors[] = {{"fov_mm", g.fov_mm}, {"centre_mm", g.centre_mm}, {"x_direction", g.x_direction},
        {"y_direction", g.y_direction}, {"z_direction", g.z_direction}};
    for (auto const& [name, value] : vectors) file.attribute("/", name, std::span<double const>(value));
    file.commit();
}

// BART numbers its dimensions from x; 10 is that of what changes with time.
void write_states_cfl(std::filesystem::path const& path, Tensor<complex> const& images) {
    Shape const& s = images.shape();
    write_cfl(path, images, {s[3], s[2], s[1], 1, 1, 1, 1, 1, 1, 1, s[0]});
}

} // namespace

void write_results(std::filesystem::path const& folder, Tensor<complex> const& image, Geometry const& geometry,
    OutputsConfig const& outputs, std::vector<std::string> const& warnings) {
    if (outputs.hdf5) write_volume(folder / "volume.h5", image, geometry);
    if (outputs.nifti)
        write_nifti_complex(folder / "image", image, geometry, warnings.empty() ? "Tessera" : "Tessera. WARNING: " + warnings.front());
    bool const states = image.shape().rank() == 4;
    if (outputs.cfl && states) write_states_cfl(folder / "image", image);
    if (outputs.cfl && !states) write_cfl(folder / "image", image);
    if (outputs.png && !states) {
        auto const size = magnitude(image);
        write_png_views(folder / "views.png", size, geometry, default_window(size));
    }
}

void write_maps(std::filesystem::path const& folder, CoilMaps const& maps, Context const& host) {
    Tensor<complex> const all(host, maps.shape()); // one dataset is written at once
    for (index_t c = 0; c < maps.shape()[0]; ++c) all.slice(c, c + 1).copy_from(maps.values(c, c + 1));
    if (host.rehearses()) return;
    hdf5::Writer file(folder / "maps.h5");
    file.dataset("maps", all, {.single = true});
    file.commit();
}

} // namespace tessera
