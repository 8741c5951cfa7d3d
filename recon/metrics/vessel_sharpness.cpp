#include "recon/metrics/vessel_sharpness.h"

#include "recon/metrics/checks.h"
#include "recon/metrics/statistics.h"

#include <numbers>

namespace tessera {

using namespace metrics;

namespace {

constexpr double kStep = 0.125;            // of the smallest voxel side
constexpr double kReferenceContrast = 0.5; // of the peak, that the peak is above the background
constexpr double kImageContrast = 0.25;

/// Weights of four neighbours for a position `t` in [0, 1) behind the second of them.
std::array<double, 4> cubic_weights(double t) {
    return {((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1, ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t};
}

/// The volume at a position (x, y, z index) inside it; voxels at its faces go on beyond them.
double value_at(View<real, 3> const& volume, Vector3 const& p) {
    std::array<std::array<double, 4>, 3> weights;
    std::array<std::array<index_t, 4>, 3> at;
    for (std::size_t d = 0; d < 3; ++d) {
        double const low = std::floor(p[d]);
        weights[d] = cubic_weights(p[d] - low);
        for (index_t k = 0; k < 4; ++k)
            at[d][static_cast<std::size_t>(k)] =
                std::clamp<index_t>(static_cast<index_t>(low) + k - 1, 0, volume.shape[2 - static_cast<int>(d)] - 1);
    }
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k)
        for (std::size_t j = 0; j < 4; ++j)
            for (std::size_t i = 0; i < 4; ++i)
                sum += weights[2][k] * weights[1][j] * weights[0][i] * static_cast<double>(volume(at[2][k], at[1][j], at[0][i]));
    return sum;
}

std::vector<double> read(View<real, 3> const& volume, VesselProfile const& profile) {
    std::vector<double> values;
    for (index_t i = -profile.half; i <= profile.half; ++i)
        values.push_back(value_at(volume, profile.centre + static_cast<double>(i) * profile.step));
    return values;
}

struct Width {
    double readings = 0; ///< between the crossings of half the maximum
    bool single = true;  ///< no value beyond the crossings is above half
};

/// The width of the peak near the middle of a line; nothing where there is no clear one.
std::optional<Width> width_of_peak(std::vector<double> const& line, VesselProfile const& profile, double contrast) {
    auto const middle = line.begin() + profile.half;
    auto const peak = std::max_element(middle - profile.search, middle + profile.search + 1);
    double const background = 0.5 * (*std::min_element(line.begin(), peak + 1) + *std::min_element(peak, line.end()));
    if (!(*peak > 0 && *peak - background >= contrast * *peak)) return {};
    double const half = 0.5 * (*peak + background);
    Width width;
    // from the peak outwards: the first value below half, and how far before it half was crossed
    auto const walk = [&](auto from, auto end) {
        auto const below = std::find_if(from, end, [half](double v) { return v < half; });
        if (below == end) return false;
        double const before = *(below - 1);
        width.readings += static_cast<double>(below - from) - (half - *below) / (before - *below);
        width.single = width.single && std::all_of(below, end, [half](double v) { return v < half; });
        return true;
    };
    if (!walk(peak, line.end()) || !walk(std::make_reverse_iterator(peak + 1), line.rend())) return {};
    return width;
}

bool inside(View<real, 3> const& volume, Vector3 const& p) {
    for (int d = 0; d < 3; ++d)
        if (!(p[static_cast<std::size_t>(d)] >= 0 && p[static_cast<std::size_t>(d)] <= static_cast<double>(volume.shape[2 - d] - 1)))
            return false;
    return true;
}

} // namespace

std::vector<VesselProfile> choose_profiles(Tensor<real> const& reference, std::vector<VesselSegment> const& vessels, PerAxis const& fov_mm,
    VesselSharpnessOptions const& options) {
    check("vessel sharpness", reference, reference, {});
    auto const volume = reference.view<3>();
    Vector3 voxel_mm; // x, y, z
    for (std::size_t d = 0; d < 3; ++d) {
        require(fov_mm[d] > 0, "vessel sharpness: the field of view is unknown");
        voxel_mm[2 - d] = fov_mm[d] / static_cast<double>(volume.shape[static_cast<int>(d)]);
    }
    if (std::min({volume.shape[0], volume.shape[1], volume.shape[2]}) == 1) return {};
    double const voxel = std::cbrt(voxel_mm[0] * voxel_mm[1] * voxel_mm[2]);
    double const step_mm = kStep * std::min({voxel_mm[0], voxel_mm[1], voxel_mm[2]});

    std::vector<VesselProfile> candidates;
    for (auto const& vessel : vessels) {
        VesselProfile p;
        p.step_mm = step_mm;
        p.diameter_mm = vessel.radius_from + vessel.radius_to;
        Vector3 const along = vessel.to - vessel.from;
        if (!(p.diameter_mm >= options.smallest * voxel && p.diameter_mm <= options.largest * voxel && norm(along) > 0)) continue;
        p.half = static_cast<index_t>(std::ceil((1.5 * p.diameter_mm + 2 * voxel) / step_mm));
        p.search = static_cast<index_t>(std::ceil(std::max(0.5 * p.diameter_mm, voxel) / step_mm));
        Vector3 const middle = 0.5 * (vessel.from + vessel.to);
        for (std::size_t d = 0; d < 3; ++d)
            p.centre[d] = middle[d] / voxel_mm[d] + static_cast<double>(volume.shape[2 - static_cast<int>(d)] / 2);
        // the axis that the vessel runs least along gives a first direction across it
        Vector3 axis{};
        axis[static_cast<std::size_t>(
            std::min_element(along.begin(), along.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }) - along.begin())] =
            1;
        Vector3 const first = normalized(cross(along, axis)), second = normalized(cross(along, first));
        for (int k = 0; k < options.directions; ++k) {
            double const angle = std::numbers::pi * k / options.directions;
            Vector3 const across = std::cos(angle) * first + std::sin(angle) * second;
            for (std::size_t d = 0; d < 3; ++d) p.step[d] = step_mm * across[d] / voxel_mm[d];
            auto const reach = static_cast<double>(p.half);
            if (inside(volume, p.centre + reach * p.step) && inside(volume, p.centre - reach * p.step)) candidates.push_back(p);
        }
    }

    std::vector<char> good(candidates.size());
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        VesselProfile& p = candidates[i];
        auto const width = width_of_peak(read(volume, p), p, kReferenceContrast);
        if (!width || !width->single) continue;
        p.reference_fwhm = width->readings * step_mm;
        good[i] = p.reference_fwhm <= 1.3 * p.diameter_mm + voxel;
    }
    std::vector<VesselProfile> chosen;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        if (good[i]) chosen.push_back(candidates[i]);
    return chosen;
}

VesselSharpness vessel_sharpness(Tensor<real> const& image, std::vector<VesselProfile> const& profiles) {
    check("vessel sharpness", image, image, {});
    auto const volume = image.view<3>();
    std::vector<double> widths(profiles.size()); // mm; 0: lost
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < profiles.size(); ++i)
        if (auto const width = width_of_peak(read(volume, profiles[i]), profiles[i], kImageContrast))
            widths[i] = width->readings * profiles[i].step_mm;

    VesselSharpness result;
    result.profiles = std::ssize(profiles);
    std::vector<double> found, over_diameter, over_reference;
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        if (widths[i] == 0) {
            ++result.lost;
            continue;
        }
        found.push_back(widths[i]);
        over_diameter.push_back(widths[i] / profiles[i].diameter_mm);
        over_reference.push_back(widths[i] / profiles[i].reference_fwhm);
    }
    result.fwhm_mm = median(found);
    result.over_diameter = median(over_diameter);
    result.over_reference = median(over_reference);
    return result;
}

} // namespace tessera
