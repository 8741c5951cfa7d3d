#include "recon/simulation/source_volume.h"

#include "core/files/hdf5.h"
#include "recon/acquisition/resample.h"
#include "recon/formats/nifti/nifti.h"
#include "recon/simulation/ellipsoids.h"
#include "recon/simulation/phantom.h"
#include "recon/simulation/structures.h"

namespace tessera {
namespace {

Tensor<complex> as_complex(Tensor<real> const& values) {
    Tensor<complex> const result(values.context(), values.shape());
    for (index_t i = 0; i < values.size(); ++i) result.data()[i] = {values.data()[i], 0};
    return result;
}

struct FileVolume {
    Tensor<complex> values;
    Geometry geometry;
};

FileVolume read_volume(std::filesystem::path const& path, std::string const& dataset) {
    Context const host(Device::cpu);
    FileVolume volume;
    if (hdf5::is_hdf5(path)) {
        require(!dataset.empty(), "{}: \"dataset\" must name the volume in an HDF5 file", path.string());
        hdf5::File const file(path);
        bool const real_valued = file.info(dataset).kind != hdf5::Kind::complex;
        volume.values = real_valued ? as_complex(file.read_real(host, dataset)) : file.read_complex(host, dataset);
    } else {
        NiftiVolume const nifti = read_nifti(host, path);
        volume.values = as_complex(nifti.values);
        Shape const shape = nifti.values.shape();
        volume.geometry = geometry_from(nifti.affine, {shape[0], shape[1], shape[2]});
    }
    Shape const shape = volume.values.shape();
    require(shape.rank() == 3 && shape.size() > 0, "{}: a volume of shape {}, expected [z, y, x]", path.string(), shape.str());

    real largest = 0;
    for (index_t i = 0; i < shape.size(); ++i) {
        complex const value = volume.values.data()[i];
        require(std::isfinite(value.re) && std::isfinite(value.im), "{}: voxel {} is not finite", path.string(), i);
        largest = std::max(largest, norm2(value));
    }
    require(largest > 0, "{}: all voxels are zero", path.string());
    real const scale = 1 / std::sqrt(largest);
    for (complex& value : volume.values.host()) value = scale * value;
    return volume;
}

std::vector<VesselSegment> in_millimetres(std::vector<VesselTree> const& trees, Vector3 const& fov_mm) {
    double const unit = std::max({fov_mm[0], fov_mm[1], fov_mm[2]});
    std::vector<VesselSegment> vessels;
    for (auto const& tree : trees)
        for (Tube const& t : tree.segments) vessels.push_back({unit * t.from, unit * t.to, unit * t.radius_from, unit * t.radius_to});
    return vessels;
}

SourceVolume from_file(SimulationConfig const& config) {
    require(!config.file.empty(), "simulate: anatomy \"file\" needs \"file\", found an empty name");
    auto const [values, geometry] = read_volume(config.file, config.dataset);
    Shape const shape = values.shape();
    Vector3 own{};
    for (int d = 0; d < 3; ++d) own[d] = geometry.fov_mm[d] > 0 ? geometry.fov_mm[d] : static_cast<double>(shape[d]); // unknown: 1 mm
    Matrix const matrix = config.matrix.value_or(Matrix{shape[0], shape[1], shape[2]});
    Vector3 const fov = config.fov_mm.value_or(own);
    SourceVolume source{{}, SamplingGrid(matrix, fov), geometry, {}};
    source.geometry.fov_mm = fov;
    source.values = interpolated(values, own, source.grid.refined(config.supersample).matrix, fov);
    return source;
}

} // namespace

SourceVolume make_source_volume(SimulationConfig const& config) {
    auto const finish = [&](SourceVolume source) {
        if (config.phase > 0) SmoothPhase(config.seed, config.phase).apply_to(source.values, source.grid.refined(config.supersample));
        return source;
    };
    if (config.anatomy == Anatomy::file) return finish(from_file(config));

    Geometry geometry;
    geometry.fov_mm = config.fov_mm.value_or(Vector3{400, 400, 400});
    SamplingGrid const grid(config.matrix.value_or(Matrix{96, 96, 96}), geometry.fov_mm), fine = grid.refined(config.supersample);
    if (config.anatomy == Anatomy::ellipsoids) return finish({as_complex(EllipsoidPhantom::head().magnitude(fine)), grid, geometry, {}});
    if (config.anatomy == Anatomy::structures) return finish({as_complex(random_structures(fine, config.seed)), grid, geometry, {}});
    Thorax const thorax(config.seed);
    return finish({as_complex(thorax.magnitude(fine)), grid, geometry, in_millimetres(thorax.pulmonary_vessels(), geometry.fov_mm)});
}

} // namespace tessera
