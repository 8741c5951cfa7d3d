#include "recon/planner/comparison_plan.h"

#include "core/files/expand_paths.h"
#include "recon/comparison/lesion.h"
#include "recon/formats/read.h"
#include "recon/methods/choose_lambda.h"
#include "recon/metrics/image_quality.h"
#include "recon/planner/scan_notes.h"
#include "recon/sense/held_out.h"

namespace tessera {
namespace {

/// What compare_methods() does with one scan; pictures of earlier ones are left out.
void compare(Context const& context, ComparisonConfig const& config, std::filesystem::path const& file, bool trust) {
    auto const host = context.host();
    auto scan = prepare_scan(context, read_acquisition(file, config.read_options(), host), config, true);
    Shape const shape = scan.maps.shape().tail();
    if (!config.reference.empty()) scan.expected = Tensor<real>(host, shape);
    Mask object;
    if (scan.expected) object = object_mask(*scan.expected);
    std::optional<SplitScan> split;
    if (double const share = config.held_out.value_or(scan.expected ? 0 : 0.1); share > 0) split = hold_out(scan, share, config.trust.seed);

    std::vector<MethodConfig> chosen;
    std::vector<Tensor<complex>> found;
    std::vector<Tensor<real>> pictures;
    for (auto const& method : config.named_methods()) {
        Stage const stage(context, method.name);
        chosen.push_back(choose_lambda(scan, config, method).config);
        found.push_back(Reconstructor(scan, config)(chosen.back()).to(host));
        pictures.push_back(magnitude(found.back()));
        if (scan.expected) {
            quality(pictures.back(), *scan.expected);
            quality(pictures.back(), *scan.expected, object);
            pictures.push_back(pictures.back().clone());
        }
        if (split) kspace_error(split->held_out, Reconstructor(split->used, config)(chosen.back()), config.nufft);
    }
    if (!trust) return;
    Stage const stage(context, "trust");
    {
        Tensor<complex> const lesion(host, shape);
        auto const with_lesion = with_image_added(scan, lesion, config.nufft.coils_per_pass);
        for (auto const& method : chosen) pictures.push_back(magnitude(Reconstructor(with_lesion, config)(method).to(host)));
    }
    Tensor<complex> const other_noise(host, scan.kspace.shape());
    Scan replica = scan;
    replica.kspace = other_noise;
    for (auto const& method : chosen) pictures.push_back(magnitude(Reconstructor(replica, config)(method).to(host)));
}

} // namespace

Plan plan_comparison(Device device, Rates const& rates, ComparisonConfig const& config) {
    auto plan = rehearse(device, rates, [&](Context const& context) {
        auto const files = expand_paths(config.input);
        for (std::size_t i = 0; i < files.size(); ++i) {
            Stage const stage(context, files[i].stem().string());
            compare(context, config, files[i], static_cast<index_t>(i) < config.trust.files);
        }
    });
    note_unknown(plan, config);
    return plan;
}

std::vector<Saving<ComparisonConfig>> comparison_savings() {
    return {{"/nufft/coils_per_pass", [](ComparisonConfig& c) { return halve_coils(c.nufft.coils_per_pass); }}};
}

} // namespace tessera
