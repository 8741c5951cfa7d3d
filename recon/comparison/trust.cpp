#include "recon/comparison/trust.h"

#include "core/terminal/log.h"
#include "recon/comparison/lesion.h"
#include "recon/comparison/noise_replica.h"

namespace tessera {
namespace {

constexpr double kFaint = 0.7;    // of the contrast of a sphere
constexpr double kUnsteady = 0.2; // of the object

// Nothing where the object has no place for a lesion of that size: the other checks go on.
std::optional<Lesion> choose_lesion(LesionConfig const& wanted, Tensor<real> const& reference, Tensor<real> const& mask, double contrast,
    std::string const& name) {
    Lesion lesion{{}, wanted.radius, contrast};
    if (reference.context().rehearses()) return lesion;
    if (wanted.centre) {
        lesion.centre = *wanted.centre;
    } else {
        try {
            lesion = place_lesion(reference, mask, wanted.radius, contrast);
        } catch (Error const& e) {
            log_warn("{}: no lesion is inserted: {}", name, e.what());
            return {};
        }
    }
    log_info("{}: a lesion of radius {:g} voxels and contrast {:.4g} at z, y, x = {:g}, {:g}, {:g}", name, lesion.radius, lesion.contrast,
        lesion.centre[0], lesion.centre[1], lesion.centre[2]);
    return lesion;
}

} // namespace

void check_trust(Scan const& scan, Mask const& object, ComparisonConfig const& config, std::vector<MethodConfig> const& chosen,
    std::vector<Tensor<complex>> const& found, std::function<MethodProgress(std::size_t, char const*)> const& said, CaseResult& result,
    CaseImages& images) {
    // What decides on place, contrast and phase is the same for all methods.
    auto const& plain = found.at(found.size() > 1 ? 1 : 0);
    Context const host = plain.context().host();
    auto const reference = scan.expected ? *scan.expected : magnitude(plain);
    auto const mask = object ? *object : object_mask(reference);
    auto const& wanted = config.trust.lesion;
    double const contrast = wanted.contrast * robust_maximum(magnitude(plain)); // a reference may be in other units
    if (auto const lesion = choose_lesion(wanted, reference, mask, contrast, result.name)) {
        auto const added = lesion_image(*lesion, plain);
        images.lesion = magnitude(added);
        auto const with_lesion = with_image_added(scan, added, config.nufft.coils_per_pass);
        // A method that darkens the whole image is not reproached with it again: images are scaled as for all other figures.
        bool const in_units_of_data = scan.expected && config.reference.empty();
        for (std::size_t m = 0; m < chosen.size(); ++m) {
            auto const seen = Reconstructor(with_lesion, config)(chosen[m], said(m, "lesion")).to(host);
            auto const answer = lesion_answer(found[m], seen, *lesion, added);
            double const scale = in_units_of_data ? result.methods[m].object->scale : 1;
            result.methods[m].lesion_recovery = scale * answer.recovery;
            result.methods[m].lesion_spread = scale * answer.spread;
            auto const change = magnitude(seen), before = magnitude(found[m]);
            for (index_t v = 0; !host.rehearses() && v < change.size(); ++v)
                change.data()[v] = static_cast<real>(scale) * (change.data()[v] - before.data()[v]);
            images.lesions.push_back(change);
        }
    }

    auto const other_noise = noise_replica(scan, noise_level(scan), config.trust.seed);
    for (std::size_t m = 0; m < chosen.size(); ++m) {
        auto const again = Reconstructor(other_noise, config)(chosen[m], said(m, "other noise")).to(host);
        auto const repeat = repeatability(found[m], again, mask);
        result.methods[m].repeat_difference = repeat.difference;
        images.repeats.push_back(repeat.map);
    }
}

TrustMaps trust_of(Scan const& scan, ScanConfig const& config, MethodConfig const& chosen, Tensor<complex> const& image,
    std::function<MethodProgress(char const*)> const& said) {
    ComparisonConfig settings;
    static_cast<ScanConfig&>(settings) = config;
    Scan measured = scan;
    measured.expected.reset(); // with or without the truth, the figures are those of the data
    CaseResult result{.name = "trust", .methods = {MethodResult{}}};
    CaseImages images;
    check_trust(
        measured, {}, settings, {chosen}, {image}, [&](std::size_t, char const* what) { return said ? said(what) : MethodProgress{}; },
        result, images);
    TrustMaps maps{result.methods.front(), {}, images.repeats.front()};
    if (!images.lesions.empty()) maps.lesion = images.lesions.front();
    return maps;
}

std::vector<std::string> TrustMaps::sentences() const {
    std::vector<std::string> all;
    TrustConfig const tried;
    if (lesion) {
        double const recovery = answers.lesion_recovery;
        all.push_back(
            fmt::format("trust: a sphere of {:g} voxels radius and {:.0f} % of the brightest signal, added in k-space, comes back with "
                        "{:.0f} % of its contrast{}",
                tried.lesion.radius, 100 * tried.lesion.contrast, 100 * recovery,
                recovery < kFaint ? ": small structures of low contrast may be missing from this image" : ""));
    }
    all.push_back(fmt::format("trust: with other noise of the same strength the object changes by {:.1f} % (root mean square){}",
        100 * answers.repeat_difference, answers.repeat_difference > kUnsteady ? ": details of this size are noise" : ""));
    return all;
}

} // namespace tessera
