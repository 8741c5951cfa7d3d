#include "recon/comparison/trust.h"

#include "core/log.h"
#include "recon/lesion.h"
#include "recon/noise_replica.h"

namespace tessera {

void check_trust(Scan const& scan, Mask const& object, ComparisonConfig const& config, std::vector<MethodConfig> const& chosen,
    std::vector<Tensor<complex>> const& found, std::function<MethodProgress(std::size_t, char const*)> const& said, CaseResult& result,
    CaseImages& images) {
    // What decides on place, contrast and phase is the same for all methods.
    auto const& plain = found.at(found.size() > 1 ? 1 : 0);
    auto const reference = scan.expected ? *scan.expected : magnitude(plain);
    auto const mask = object ? *object : object_mask(reference);
    auto const& wanted = config.trust.lesion;
    double const contrast = wanted.contrast * robust_maximum(magnitude(plain)); // a reference may be in other units
    Lesion const lesion = wanted.centre ? Lesion{*wanted.centre, wanted.radius, contrast} : place_lesion(reference, mask, wanted.radius, contrast);
    log_info("{}: a lesion of radius {:g} voxels and contrast {:.4g} at z, y, x = {:g}, {:g}, {:g}", result.name, lesion.radius, lesion.contrast,
        lesion.centre[0], lesion.centre[1], lesion.centre[2]);
    auto const added = lesion_image(lesion, plain);
    images.lesion = magnitude(added);
    auto const with_lesion = with_image_added(scan, added, config.nufft.coils_per_pass);
    auto const other_noise = noise_replica(scan, noise_level(scan), config.trust.seed);

    for (std::size_t m = 0; m < chosen.size(); ++m) {
        auto const seen = Reconstructor(with_lesion, config)(chosen[m], said(m, "lesion")).to(Context());
        auto const answer = lesion_answer(found[m], seen, lesion, added);
        result.methods[m].lesion_recovery = answer.recovery;
        result.methods[m].lesion_spread = answer.spread;
        auto const change = magnitude(seen), before = magnitude(found[m]);
        for (index_t v = 0; v < change.size(); ++v) change.data()[v] -= before.data()[v];
        images.lesions.push_back(change);

        auto const again = Reconstructor(other_noise, config)(chosen[m], said(m, "other noise")).to(Context());
        auto const repeat = repeatability(found[m], again, mask);
        result.methods[m].repeat_difference = repeat.difference;
        images.repeats.push_back(repeat.map);
    }
}

} // namespace tessera
