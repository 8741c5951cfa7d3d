#include "recon/unrolled/model_file.h"

#include "core/arrays/vector_ops.h"

#include <cmath>

namespace tessera {
namespace {

constexpr char const* kFormat = "tessera-mbdl";
constexpr char const* kVersion = "1";

template <class T> T field(Safetensors const& file, char const* key) {
    auto const found = file.metadata().find(key);
    require(found != file.metadata().end(), "{}: weights without \"{}\" in their metadata", file.path().string(), key);
    return parse_config<T>(found->second, file.path().string() + ", " + key);
}

} // namespace

Metadata ModelInfo::metadata() const {
    return {{"format", kFormat}, {"format_version", kVersion}, {"tessera_version", TESSERA_VERSION}, {"model", config_json(model)},
        {"memory", config_json(memory)}, {"scan", config_json(scan)}, {"sampling", config_json(sampling)},
        {"normalisation", normalisation}};
}

ModelInfo ModelInfo::of(Safetensors const& file) {
    auto const value = [&](char const* key) {
        auto const found = file.metadata().find(key);
        return found == file.metadata().end() ? std::string() : found->second;
    };
    require(value("format") == kFormat, "{}: these weights were not written by tessera-train (format \"{}\")", file.path().string(),
        value("format"));
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

std::optional<double> noise_to_signal(Scan const& scan) {
    if (!scan.noise_deviation) return {};
    double const rms = norm(scan.kspace) / std::sqrt(static_cast<double>(scan.kspace.size()));
    return rms > 0 ? std::optional(*scan.noise_deviation / rms) : std::nullopt;
}

} // namespace tessera
