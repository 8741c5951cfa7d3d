#include "recon/training/adaptation.h"

#include "core/files/expand_paths.h"
#include "core/terminal/log.h"
#include "recon/formats/read.h"
#include "recon/methods/shipped_weights.h"
#include "recon/unrolled/model_file.h"

#include <algorithm>

namespace tessera {

TrainingConfig adapted(TrainingConfig config, std::vector<std::string> const& given) {
    auto const open = [&](std::string const& field) { // neither the field nor a part of it was written
        return std::none_of(given.begin(), given.end(),
            [&](std::string const& g) { return g == field || g.starts_with(field + "/") || field.starts_with(g + "/"); });
    };
    require(config.data.supervision == Supervision::self_supervised || open("/data/supervision"),
        "/adapt: a scan is adapted to by its own readouts, /data/supervision must be \"self_supervised\"");
    auto const info = ModelInfo::of(Safetensors(config.initial_weights));
    config.model = info.model;
    if (open("/memory")) config.memory = info.memory;
    if (open("/data/scan/density")) config.data.scan.density = info.scan.density;
    config.data.supervision = Supervision::self_supervised;
    if (config.data.validation.empty()) config.data.validation = config.data.train;
    if (open("/steps")) config.steps = 60;
    if (open("/validate_every")) config.validate_every = 10;
    if (open("/optimiser/learning_rate")) config.optimiser.learning_rate = 5e-4;
    if (open("/optimiser/clip_norm")) config.optimiser.clip_norm = 1;
    if (open("/schedule")) config.schedule.kind = ScheduleKind::cosine;
    if (open("/baselines")) config.baselines.l1_wavelet.clear();
    if (open("/patience")) config.patience = 3;
    return config;
}

TrainingConfig with_weights(TrainingConfig config) {
    if (!config.initial_weights.empty()) return config;
    auto const files = expand_paths(config.data.train);
    require(!files.empty(), "/adapt: /data/train names no scans");
    LogPause const quiet;
    auto const context = Context::rehearsal(Device::cpu);
    auto const scan =
        prepare_scan(context, read_acquisition(files.front(), config.data.scan.read_options(), context.host()), config.data.scan, false);
    config.initial_weights = shipped_weights(scan, config.data.scan.density);
    return config;
}

TrainingConfig adaptation_of(ReconConfig const& config, std::filesystem::path const& output) {
    require(config.method == Method::mbdl, "/mbdl/adapt: method {} has no weights that could be fitted to the scan, mbdl has",
        config_name(config.method));
    TrainingConfig training;
    static_cast<DeviceConfig&>(training) = config;
    training.data.scan = config;
    training.data.train = {config.input};
    training.data.normal = config.mbdl.normal;
    training.initial_weights = config.mbdl.weights;
    training.output = output;
    training.adapt = true;
    training.steps = config.mbdl.adapt;
    return adapted(with_weights(training), {"/data/scan", "/data/normal", "/steps"});
}

} // namespace tessera
