#include "recon/formats/coverage.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera {

namespace {

constexpr double kLeastCoverage = 0.1;

/// What numbers up to `largest` usually are.
std::string likely_units(double largest) {
    char const* const look_like = "; its numbers look like {}: set trajectory_units";
    if (largest <= 0.55) return fmt::format(fmt::runtime(look_like), "cycles_per_voxel");
    if (largest <= 1.05 * std::numbers::pi) return fmt::format(fmt::runtime(look_like), "radians_per_voxel");
    return "; set trajectory_units or matrix";
}

/// One sentence on what is unusual; empty: nothing.
std::string doubt(Acquisition const& scan) {
    Vector3 const largest = largest_frequencies(scan.trajectory);
    double const most = *std::max_element(largest.begin(), largest.end());
    if (!std::isfinite(most)) return {}; // validate() says where
    if (scan.matrix == Matrix{0, 0, 0}) {
        bool const per_voxel = most >= 0.225 && most <= 0.55, radians = most >= 0.9 * std::numbers::pi && most <= 1.05 * std::numbers::pi;
        if (!per_voxel && !radians) return {};
        return fmt::format("trajectory: it spans {:.3g} x {:.3g} x {:.3g} cycles per field of view (z, y, x) at most{}", 2 * largest[2],
            2 * largest[1], 2 * largest[0], likely_units(most));
    }
    char const* const names[] = {"kz", "ky", "kx"};
    for (std::size_t d = 0; d < 3; ++d) {
        double const half = 0.5 * static_cast<double>(scan.matrix[d]), k = largest[2 - d];
        if (scan.matrix[d] > 1 && k > 0 && k < kLeastCoverage * half)
            return fmt::format(
                "trajectory: |{}| is at most {:.3g} cycles per field of view, {:.2g} % of what the matrix {} x {} x {} (z, y, x) holds{}",
                names[d], k, 100 * k / half, scan.matrix[0], scan.matrix[1], scan.matrix[2], likely_units(most));
    }
    return {};
}

} // namespace

void check_coverage(Acquisition& scan, bool units_given) {
    if (scan.matrix == Matrix{0, 0, 0}) {
        Vector3 const largest = largest_frequencies(scan.trajectory);
        double const most = *std::max_element(largest.begin(), largest.end());
        require(!(most > 0.5 * static_cast<double>(kLongestAxis)) || !std::isfinite(most),
            "{}: trajectory: the largest |k| is {:.6g} cycles per field of view, more than half of the longest matrix ({}): set trajectory_units or matrix",
            scan.source, most, kLongestAxis);
    }
    std::string const found = doubt(scan);
    if (found.empty()) return;
    require(units_given, "{}: {}", scan.source, found);
    scan.warnings.push_back(found);
}

} // namespace tessera
