#include "recon/methods/training_range.h"

#include "recon/unrolled/informed_network.h"

#include <algorithm>

namespace tessera {
namespace {

constexpr double kMargin = 1.5; // a factor

struct Figure {
    char const* name;
    double value;
    std::array<double, 2> range;
    char const *below, *above; // what to expect
};

std::vector<Figure> figures(SamplingConfig const& trained, Scan const& scan, ScanConditions const& conditions) {
    auto const real_range = [](std::array<index_t, 2> const& r) {
        return std::array<double, 2>{static_cast<double>(r[0]), static_cast<double>(r[1])};
    };
    auto const& m = scan.matrix;
    double const voxels = static_cast<double>(m[0] * m[1] * m[2]);
    double const longest = static_cast<double>(*std::max_element(m.begin(), m.end()));
    return {
        {"samples per voxel", static_cast<double>(scan.trajectory.shape()[0]) / voxels, trained.samples_per_voxel,
            "streaks and blur that it has not learned to remove may stay, and details may be lost",
            "cg-sense may be as good, and is easier to trust"},
        {"noise (of bright voxels)", conditions.noise, trained.noise, "it may smooth what is not noise; cg-sense may be as good",
            "noise may look like structure, and weak structure may be gone"},
        {"expected error (of bright voxels)", expected_error(conditions), trained.error, "it may smooth what is not noise; cg-sense may be as good",
            "structure that comes from the network rather than from the data is likely"},
        {"coils", static_cast<double>(scan.kspace.shape()[0]), real_range(trained.coils), "undersampling weighs more than in training",
            "this is rarely harmful"},
        {"voxels along the longest axis", longest, real_range(trained.longest_axis), "structures have other sizes in voxels than it knows",
            "structures have other sizes in voxels than it knows"},
    };
}

bool known(Figure const& f) { return f.range[1] > 0; }

} // namespace

std::string beside_training(SamplingConfig const& trained, Scan const& scan, ScanConditions const& conditions) {
    std::string text;
    for (auto const& f : figures(trained, scan, conditions))
        text += fmt::format("{}{} {:.3g} ({})", text.empty() ? "" : ", ", f.name, f.value,
            known(f) ? fmt::format("{:.3g} to {:.3g}", f.range[0], f.range[1]) : std::string("not recorded"));
    return text;
}

std::vector<std::string> unusual(SamplingConfig const& trained, Scan const& scan, ScanConditions const& conditions) {
    std::vector<std::string> sentences;
    for (auto const& f : figures(trained, scan, conditions)) {
        if (!known(f)) continue;
        bool const below = f.value * kMargin < f.range[0], above = f.value > kMargin * f.range[1];
        if (below || above)
            sentences.push_back(fmt::format("{} {:.3g}, {} than in training ({:.3g} to {:.3g}): {}", f.name, f.value, below ? "less" : "more",
                f.range[0], f.range[1], below ? f.below : f.above));
    }
    return sentences;
}

} // namespace tessera
