#include "recon/comparison/comparison.h"

#include "core/device/stage.h"
#include "core/files/hdf5.h"
#include "recon/unrolled/block_partition.h"
#include "recon/methods/choose_lambda.h"
#include "recon/comparison/trust.h"
#include "recon/formats/nifti/nifti.h"
#include "recon/sense/held_out.h"
#include "recon/unrolled/model_file.h"
#include "recon/metrics/vessel_sharpness.h"

#include <chrono>

namespace tessera {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Magnitudes of a volume in a file.
Tensor<real> read_reference(std::filesystem::path const& path, Matrix const& matrix) {
    Context const host;
    auto const name = path.string();
    auto const volume = name.ends_with(".nii") || name.ends_with(".nii.gz") ? read_nifti(host, path).values
                                                                           : magnitude(hdf5::File(path).read_complex(host, "image"));
    require(volume.shape() == (Shape{matrix[0], matrix[1], matrix[2]}), "{}: the reference has shape {}, the scan's matrix is {} x {} x {}", name,
        volume.shape().str(), matrix[0], matrix[1], matrix[2]);
    return volume;
}

/// One scan and what is known of it.
struct Case {
    Scan scan;
    Mask object;
    std::vector<VesselProfile> profiles;
    std::optional<SplitScan> split;
};

Tensor<real> scaled(Tensor<real> const& image, double by) {
    auto const out = image.clone();
    for (real& v : out.host()) v *= static_cast<real>(by);
    return out;
}

/// Figures that compare with the reference; the image comes back scaled to it.
Tensor<real> measure(Tensor<real> const& image, Case const& c, MethodConfig const& method, MethodResult& result) {
    auto const& reference = *c.scan.expected;
    result.volume = quality(image, reference);
    result.object = quality(image, reference, c.object);
    auto const shown = scaled(image, result.object->scale);
    if (method.method == Method::mbdl) {
        auto const memory = ModelInfo::of(Safetensors(method.mbdl.weights)).memory;
        if (memory.policy == MemoryPolicy::block || method.mbdl.patch) {
            auto const error = shown.clone();
            for (index_t v = 0; v < error.size(); ++v) error.data()[v] = std::abs(shown.data()[v] - reference.data()[v]);
            result.seam = seam_ratio(error, BlockPartition(c.scan.matrix, method.mbdl.patch.value_or(memory.patch), 0).core(), c.object);
        }
    }
    if (!c.profiles.empty()) {
        auto const vessels = vessel_sharpness(shown, c.profiles);
        result.vessel_width = vessels.over_reference;
        result.vessels_lost = vessels.lost_share();
    }
    return shown;
}

MethodResult reconstruct_and_measure(Case const& c, ScanConfig const& prepared, NamedMethod const& method, MethodProgress const& progress,
    MethodConfig& chosen, Tensor<complex>& image, CaseImages& images) {
    MethodResult result;
    result.name = method.name;
    auto const choice = choose_lambda(c.scan, prepared, method, progress);
    chosen = choice.config;
    result.sweep = choice.rows;
    result.chosen_by = choice.metric;
    if (double const* lambda = chosen.lambda()) result.lambda = *lambda;

    Context const& context = c.scan.weights.context();
    context.synchronize();
    context.allocator().reset_peak();
    auto const start = Clock::now();
    image = Reconstructor(c.scan, prepared)(chosen, progress);
    context.synchronize();
    result.seconds = seconds_since(start);
    result.peak_bytes = static_cast<double>(context.allocator().use().peak);
    image = image.to(Context());

    auto const size = magnitude(image);
    images.methods.push_back(method.name);
    images.images.push_back(c.scan.expected ? measure(size, c, chosen, result) : size);
    if (c.split) {
        auto const without = Reconstructor(c.split->used, prepared)(chosen, progress);
        result.kspace_error = kspace_error(c.split->held_out, without, prepared.nufft);
    }
    return result;
}

} // namespace

ComparedCase compare_methods(Context const& context, ComparisonConfig const& config, std::vector<std::filesystem::path> const& files, std::size_t i,
    std::function<MethodProgress(std::string const&)> const& said) {
    auto const progress = [&](std::string const& what) { return said ? said(what) : MethodProgress{}; };
    Stage const stage(context, files.at(i).stem().string());
    Case c;
    c.scan = prepare_scan(context, read_acquisition(files.at(i), config.read_options(), context.host()), config, true);
    if (!config.reference.empty()) c.scan.expected = read_reference(config.reference.at(i), c.scan.matrix);
    if (c.scan.expected) {
        c.object = object_mask(*c.scan.expected);
        if (!c.scan.vessels.empty() && c.scan.matrix[0] > 1) c.profiles = choose_profiles(*c.scan.expected, c.scan.vessels, c.scan.geometry.fov_mm);
    }
    if (double const share = config.held_out.value_or(c.scan.expected ? 0 : 0.1); share > 0) c.split = hold_out(c.scan, share, config.trust.seed);

    ComparedCase compared;
    auto& [result, images] = compared;
    result.name = images.name = files[i].stem().string();
    result.matrix = c.scan.matrix;
    images.reference = c.scan.expected;
    images.voxel_mm = voxel_mm(c.scan.geometry, c.scan.matrix);

    std::vector<MethodConfig> chosen;
    std::vector<Tensor<complex>> found;
    for (auto const& method : config.named_methods())
        result.methods.push_back(reconstruct_and_measure(
            c, config, method, progress(result.name + ", " + method.name), chosen.emplace_back(), found.emplace_back(), images));
    if (static_cast<index_t>(i) < config.trust.files)
        check_trust(c.scan, c.object, config, chosen, found, [&](std::size_t m, char const* what) {
            return progress(fmt::format("{}, {}, {}", result.name, result.methods[m].name, what));
        }, result, images);
    return compared;
}

} // namespace tessera
