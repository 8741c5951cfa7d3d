#include "recon/planner/comparison_plan.h"

#include "core/files/expand_paths.h"
#include "recon/comparison/comparison.h"
#include "recon/planner/scan_notes.h"

namespace tessera {

Plan plan_comparison(Device device, Rates const& rates, ComparisonConfig const& config) {
    auto plan = rehearse(device, rates, [&](Context const& context) {
        auto const files = expand_paths(config.input);
        for (std::size_t i = 0; i < files.size(); ++i) compare_methods(context, config, files, i); // pictures of earlier ones are left out
    });
    note_unknown(plan, config);
    return plan;
}

std::vector<Saving<ComparisonConfig>> comparison_savings() {
    return {{"/nufft/coils_per_pass", [](ComparisonConfig& c) { return halve_coils(c.nufft.coils_per_pass); }},
        {"/kspace_on_disk", [](ComparisonConfig& c) { return !std::exchange(c.kspace_on_disk, true); }}};
}

} // namespace tessera
