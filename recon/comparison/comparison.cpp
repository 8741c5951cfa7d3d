#include "recon/comparison/comparison.h"

#include "core/device/stage.h"
#include "core/files/hdf5.h"
#include "recon/comparison/trust.h"
#include "recon/formats/nifti/nifti.h"
#include "recon/methods/choose_lambda.h"
#include "recon/methods/shipped_weights.h"
#include "recon/metrics/vessel_sharpness.h"
#include "recon/sense/held_out.h"
#include "recon/unrolled/block_partition.h"
#include "recon/unrolled/model_file.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>

namespace tessera {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Magnitudes of a volume in a file.
Tensor<real> read_volume(std::filesystem::path const& path) {
    Context const host;
    auto const name = path.string();
    auto const volume = name.ends_with(".nii") || name.ends_with(".nii.gz") ? read_nifti(host, path).values
                                                                            : magnitude(hdf5::File(path).read_complex(host, "image"));
    auto const all = volume.host();
    require(std::all_of(all.begin(), all.end(), [](real v) { return std::isfinite(v); }),
        "{}: the reference has voxels that are not finite", name);
    require(std::any_of(all.begin(), all.end(), [](real v) { return v != 0; }), "{}: the reference is zero everywhere", name);
    return volume;
}

Tensor<real> read_reference(Context const& host, std::filesystem::path const& path, Matrix const& matrix) {
    if (host.rehearses()) return {host, {matrix[0], matrix[1], matrix[2]}};
    auto const volume = read_volume(path);
    auto const name = path.string();
    require(volume.shape() == (Shape{matrix[0], matrix[1], matrix[2]}), "{}: the reference has shape {}, the scan's matrix is {} x {} x {}",
        name, volume.shape().str(), matrix[0], matrix[1], matrix[2]);
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
    if (out.context().rehearses()) return out;
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
            for (index_t v = 0; !error.context().rehearses() && v < error.size(); ++v)
                error.data()[v] = std::abs(shown.data()[v] - reference.data()[v]);
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

/// Where held-out readouts decide and held-out readouts judge, they are not the same: the ones to judge are taken away first.
Scan const& scan_to_choose_on(Case const& c, MethodConfig const& method) {
    auto const metric = method.sweep.metric.value_or(c.scan.expected ? SweepMetric::nrmse : SweepMetric::held_out);
    return metric == SweepMetric::held_out && c.split ? c.split->used : c.scan;
}

MethodResult reconstruct_and_measure(Case const& c, ScanConfig const& prepared, NamedMethod const& method, MethodProgress const& progress,
    MethodConfig& chosen, Tensor<complex>& image, CaseImages& images) {
    MethodResult result;
    result.name = method.name;
    auto const choice = choose_lambda(scan_to_choose_on(c, method), prepared, method, progress);
    chosen = choice.config;
    if (chosen.method == Method::mbdl && chosen.mbdl.weights.empty()) chosen.mbdl.weights = shipped_weights(c.scan, prepared.density);
    result.sweep = choice.rows;
    result.chosen_by = choice.metric;
    if (double const* lambda = chosen.lambda()) result.lambda = *lambda;

    Context const& context = c.scan.weights.context();
    context.synchronize();
    context.allocator().reset_peak();
    auto const start = Clock::now();
    Reconstructor reconstruct(c.scan, prepared);
    image = reconstruct(chosen, progress);
    result.warnings = reconstruct.warnings();
    if (auto const& found = reconstruct.fixed_point()) {
        result.iterations = static_cast<double>(found->iterations);
        result.residual = found->residual;
    }
    context.synchronize();
    result.seconds = seconds_since(start);
    result.peak_bytes = static_cast<double>(context.allocator().use().peak);
    image = image.to(context.host());

    auto const size = magnitude(image);
    images.methods.push_back(method.name);
    images.images.push_back(c.scan.expected ? measure(size, c, chosen, result) : size);
    if (c.split) {
        auto const without = Reconstructor(c.split->used, prepared)(chosen, progress);
        result.kspace_error = kspace_error(c.split->held_out, without, prepared.nufft);
    }
    return result;
}

/// The file's name without its ending; with the folder's where two files have the same.
std::string case_name(std::vector<std::filesystem::path> const& files, std::size_t i) {
    auto const same = std::count_if(files.begin(), files.end(), [&](auto const& f) { return f.stem() == files[i].stem(); });
    auto const folder = files[i].parent_path().filename().string();
    return same > 1 && !folder.empty() ? folder + "/" + files[i].stem().string() : files[i].stem().string();
}

} // namespace

std::vector<std::string> write_volumes(std::filesystem::path const& folder, CaseImages const& c) {
    auto const file = [&](std::string name) {
        for (char& k : name)
            if (std::isalnum(static_cast<unsigned char>(k)) == 0 && k != '-' && k != '.') k = '_';
        return name + ".nii.gz";
    };
    std::string subfolder = c.name;
    std::replace(subfolder.begin(), subfolder.end(), '/', '_');
    std::filesystem::create_directories(folder / subfolder);
    std::vector<std::string> names;
    auto const write = [&](std::string const& name, Tensor<real> const& volume) {
        names.push_back(subfolder + "/" + file(name));
        write_nifti(folder / names.back(), volume, c.geometry);
    };
    for (std::size_t m = 0; m < c.images.size(); ++m) write(c.methods[m], c.images[m]);
    if (c.reference) write("reference", *c.reference);
    return names;
}
void require_reference(std::filesystem::path const& path) { read_volume(path); }

ComparedCase compare_methods(Context const& context, ComparisonConfig const& config, std::vector<std::filesystem::path> const& files,
    std::size_t i, std::function<MethodProgress(std::string const&)> const& said) {
    auto const progress = [&](std::string const& what) { return said ? said(what) : MethodProgress{}; };
    Stage const stage(context, files.at(i).stem().string());
    Case c;
    c.scan = prepare_scan(context, read_acquisition(files.at(i), config.read_options(), config.raw_data(context)), config, true);
    if (!config.reference.empty()) c.scan.expected = read_reference(context.host(), config.reference.at(i), c.scan.matrix);
    if (c.scan.expected) {
        c.object = object_mask(*c.scan.expected);
        if (!c.scan.vessels.empty() && c.scan.matrix[0] > 1 && !context.rehearses())
            c.profiles = choose_profiles(*c.scan.expected, c.scan.vessels, c.scan.geometry.fov_mm);
    }
    if (double const share = config.held_out.value_or(c.scan.expected ? 0 : 0.1); share > 0)
        c.split = hold_out(c.scan, share, config.trust.seed);

    ComparedCase compared;
    CaseResult& result = compared.result;
    CaseImages& images = compared.images;
    result.name = images.name = case_name(files, i);
    result.matrix = c.scan.matrix;
    result.file = files[i].string();
    result.coils = c.scan.kspace.shape()[0];
    result.readouts = c.scan.readouts;
    images.reference = c.scan.expected;
    images.geometry = c.scan.geometry;
    for (std::size_t d = 0; d < 3; ++d)
        result.voxel_mm[d] = c.scan.geometry.fov_mm[d] / static_cast<double>(c.scan.matrix[d]); // 0: unknown

    std::vector<MethodConfig> chosen;
    std::vector<Tensor<complex>> found;
    for (auto const& method : config.named_methods())
        result.methods.push_back(reconstruct_and_measure(c, config, method, progress(result.name + ", " + method.name),
            chosen.emplace_back(), found.emplace_back(), images));
    if (static_cast<index_t>(i) < config.trust.files)
        check_trust(
            c.scan, c.object, config, chosen, found,
            [&](std::size_t m, char const* what) { return progress(fmt::format("{}, {}, {}", result.name, result.methods[m].name, what)); },
            result, images);
    return compared;
}

} // namespace tessera
