#include "recon/planner/reconstruction_plan.h"

#include "nn/weights/safetensors.h"
#include "recon/comparison/snr_map.h"
#include "recon/comparison/trust.h"
#include "recon/formats/read.h"
#include "recon/methods/choose_lambda.h"
#include "recon/methods/outputs.h"
#include "recon/metrics/image_quality.h"
#include "recon/planner/scan_notes.h"
#include "recon/planner/training_plan.h"
#include "recon/states/state_images.h"
#include "recon/training/adaptation.h"
#include "recon/unrolled/model_file.h"

namespace tessera {

Plan plan_reconstruction(Device device, Rates const& rates, ReconConfig const& config) {
    auto plan = rehearse(device, rates, [&](Context const& context) {
        auto acquisition = [&] {
            Stage const stage(context, "file");
            return read_acquisition(config.input, config.read_options(), config.raw_data(context));
        }();
        if (config.states.count > 1) {
            StateScans const states(context, std::move(acquisition), config, config.states, config.needs_maps());
            auto const made = reconstruct_states(states, config);
            if (config.outputs.maps && !states.all().maps.empty()) write_maps({}, states.all().maps, context.host());
            Stage const stage(context, "results");
            auto const found = magnitude(made.images);
            if (states.all().expected) quality(magnitude(made.images[0]), *states.all().expected, object_mask(*states.all().expected));
            return;
        }
        auto const scan = prepare_scan(context, std::move(acquisition), config, config.needs_maps());
        auto const choice = choose_lambda(scan, config, config);
        auto const image = Reconstructor(scan, config)(choice.config).to(context.host());
        if (config.trust) trust_of(scan, config, choice.config, image);
        if (config.outputs.snr_replicas > 0) snr_map(scan, config, choice.config, image, config.outputs.snr_replicas);
        if (config.outputs.maps && !scan.maps.empty()) write_maps({}, scan.maps, context.host());
        Stage const stage(context, "results");
        auto const found = magnitude(image);
        if (!scan.expected) return;
        quality(found, *scan.expected);
        quality(found, *scan.expected, object_mask(*scan.expected));
    });
    if (config.mbdl.adapt) {
        auto const before = plan_training(device, rates, adaptation_of(config, {}));
        plan.device_peak_bytes = std::max(plan.device_peak_bytes, before.device_peak_bytes);
        plan.host_peak_bytes = std::max(plan.host_peak_bytes, before.host_peak_bytes);
        plan.seconds += before.seconds;
        plan.stages.insert(plan.stages.begin(), before.stages.begin(), before.stages.end());
    }
    note_unknown(plan, config);
    return plan;
}

namespace {

// Gridding forth and back needs no spectrum on a doubled grid.
template <class Settings> Saving<ReconConfig> gridded(char const* field, Method method, Settings MethodConfig::*settings) {
    return {field, [=](ReconConfig& c) {
                return c.method == method && std::exchange((c.*settings).normal, NormalOperator::gridded) != NormalOperator::gridded;
            }};
}

} // namespace

std::vector<Saving<ReconConfig>> reconstruction_savings() {
    return {
        {"/mbdl/patch",
            [](ReconConfig& c) {
                if (c.method != Method::mbdl) return false;
                if (!c.mbdl.patch) // which weights come with the program for a scan is known once it is read
                    c.mbdl.patch = c.mbdl.weights.empty() ? MemoryConfig{}.patch : ModelInfo::of(Safetensors(c.mbdl.weights)).memory.patch;
                return halve_patch(*c.mbdl.patch);
            }},
        {"/nufft/coils_per_pass", [](ReconConfig& c) { return halve_coils(c.nufft.coils_per_pass); }},
        {"/kspace_on_disk", [](ReconConfig& c) { return !std::exchange(c.kspace_on_disk, true); }},
        gridded("/cg/normal", Method::cg_sense, &MethodConfig::cg),
        gridded("/l1_wavelet/normal", Method::l1_wavelet, &MethodConfig::l1_wavelet),
        gridded("/tv/normal", Method::tv, &MethodConfig::tv),
        gridded("/mbdl/normal", Method::mbdl, &MethodConfig::mbdl),
        gridded("/xd_grasp/normal", Method::xd_grasp, &MethodConfig::xd_grasp),
        gridded("/llr/normal", Method::llr, &MethodConfig::llr),
    };
}

} // namespace tessera
