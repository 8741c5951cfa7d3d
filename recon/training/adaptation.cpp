#include "recon/training/adaptation.h"

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

} // namespace tessera
