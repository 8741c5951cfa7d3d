#include "recon/unrolled/model_file.h"

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

void check_fit(Safetensors const& file, ModelInfo const& trained, Scan const& scan, DensityConfig const& prepared, MbdlConfig const& config) {
    std::string const name = file.path().string();
    auto const differ = [](auto const& a, auto const& b) { return config_json(a) != config_json(b); };
    require(!differ(trained.scan.density, prepared),
        "{}: trained with other density compensation than /density has: {} against {}", name, in_one_line(trained.scan.density),
        in_one_line(prepared));
    index_t const dimensions = scan.matrix[0] == 1 ? 2 : 3;
    require(trained.sampling.dimensions == dimensions, "{}: trained on {}D scans, this one is {}D", name, trained.sampling.dimensions, dimensions);
    require(!config.unrolls || trained.model.shared_weights || *config.unrolls == trained.model.unrolls,
        "{}: weights for each of {} unrolls, /mbdl/unrolls is {}", name, trained.model.unrolls, config.unrolls.value_or(0));
}

} // namespace tessera
