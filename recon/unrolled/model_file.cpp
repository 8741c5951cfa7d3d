#include "recon/unrolled/model_file.h"

#include "core/arrays/vector_ops.h"
#include "core/config/json_watch.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace tessera {
namespace {

constexpr char const* kFormat = "tessera-mbdl";
constexpr char const* kVersion = "1";

template <class T> T field(Safetensors const& file, char const* key) {
    auto const found = file.metadata().find(key);
    require(found != file.metadata().end(), "{}: weights without \"{}\" in their metadata", file.path().string(), key);
    return parse_config<T>(found->second, file.path().string() + ", " + key);
}

// For a sentence.
template <class T> std::string in_one_line(T const& config) { return nlohmann::ordered_json::parse(config_json(config)).dump(); }

} // namespace

Metadata ModelInfo::metadata() const {
    return {{"format", kFormat}, {"format_version", kVersion}, {"tessera_version", TESSERA_VERSION}, {"model", config_json(model)},
        {"memory", config_json(memory)}, {"scan", config_json(scan)}, {"sampling", config_json(sampling)}, {"normalisation", normalisation}};
}

ModelInfo ModelInfo::of(Safetensors const& file) {
    auto const value = [&](char const* key) {
        auto const found = file.metadata().find(key);
        return found == file.metadata().end() ? std::string() : found->second;
    };
    require(value("format") == kFormat, "{}: these weights were not written by tessera-train (format \"{}\")", file.path().string(), value("format"));
    require(value("format_version") == kVersion, "{}: format version \"{}\", this program reads version {}", file.path().string(),
        value("format_version"), kVersion);
    ModelInfo info;
    require(value("normalisation") == info.normalisation, "{}: weights for images divided by \"{}\", this program divides by \"{}\"",
        file.path().string(), value("normalisation"), info.normalisation);
    info.model = field<ModelConfig>(file, "model");
    info.memory = field<MemoryConfig>(file, "memory");
    info.scan = field<ScanConfig>(file, "scan");
    info.sampling = field<SamplingConfig>(file, "sampling");
    return info;
}

void require_preparation(Safetensors const& file, ModelInfo const& trained, DensityConfig const& prepared, MbdlConfig const& config) {
    std::string const name = file.path().string();
    auto const differ = [](auto const& a, auto const& b) { return config_json(a) != config_json(b); };
    require(!differ(trained.scan.density, prepared),
        "{}: trained with other density compensation than /density has: {} against {}", name, in_one_line(trained.scan.density),
        in_one_line(prepared));
    require(!config.unrolls || trained.model.shared_weights || *config.unrolls == trained.model.unrolls,
        "{}: weights for each of {} unrolls, /mbdl/unrolls is {}", name, trained.model.unrolls, config.unrolls.value_or(0));
}

std::optional<double> noise_to_signal(Scan const& scan) {
    if (!scan.noise_deviation) return {};
    double const rms = norm(scan.kspace) / std::sqrt(static_cast<double>(scan.kspace.size()));
    return rms > 0 ? std::optional(*scan.noise_deviation / rms) : std::nullopt;
}

std::vector<std::string> check_fit(
    Safetensors const& file, ModelInfo const& trained, Scan const& scan, DensityConfig const& prepared, MbdlConfig const& config) {
    std::string const name = file.path().string();
    require_preparation(file, trained, prepared, config);
    index_t const dimensions = scan.matrix[0] == 1 ? 2 : 3;
    require(trained.sampling.dimensions == dimensions, "{}: trained on {}D scans, this one is {}D", name, trained.sampling.dimensions, dimensions);

    std::vector<std::string> unlike;
    auto const compare = [&](double found, double least, double most, double tolerance, char const* what) {
        if (found < least / tolerance || found > most * tolerance)
            unlike.push_back(fmt::format("weights {} were trained on scans with {} from {:.3g} to {:.3g}, this one has {:.3g}",
                file.path().filename().string(), what, least, most, found));
    };
    double const voxels = static_cast<double>(scan.matrix[0]) * static_cast<double>(scan.matrix[1]) * static_cast<double>(scan.matrix[2]);
    auto const& s = trained.sampling;
    compare(static_cast<double>(scan.trajectory.shape()[0]) / voxels, s.samples_per_voxel[0], s.samples_per_voxel[1], 1.5, "samples per voxel");
    if (auto const noise = noise_to_signal(scan); noise && s.noise) compare(*noise, (*s.noise)[0], (*s.noise)[1], 2, "noise over signal");
    if (s.longest_axis)
        compare(static_cast<double>(*std::max_element(scan.matrix.begin(), scan.matrix.end())), static_cast<double>((*s.longest_axis)[0]),
            static_cast<double>((*s.longest_axis)[1]), 2, "voxels along the longest axis");
    if (s.coils)
        compare(static_cast<double>(scan.kspace.shape()[0]), static_cast<double>((*s.coils)[0]), static_cast<double>((*s.coils)[1]), 2, "coils");
    return unlike;
}

} // namespace tessera
