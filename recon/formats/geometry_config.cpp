#include "recon/formats/geometry_config.h"

#include <cmath>

namespace tessera {

namespace {

/// The unit vector of a letter in LPS coordinates. Throws Error for another letter.
Vector3 direction_of(char letter, std::string const& all) {
    constexpr std::string_view letters = "LRPASI"; // pairs along x, y, z; the first of each is positive
    auto const at = letters.find(letter);
    require(at != std::string_view::npos, "/geometry/orientation: found \"{}\", expected three letters of L, R, A, P, S, I such as SPL",
        all);
    Vector3 direction{0, 0, 0};
    direction[at / 2] = at % 2 ? -1 : 1;
    return direction;
}

void set_orientation(Geometry& g, std::string const& letters) {
    require(letters.size() == 3, "/geometry/orientation: found \"{}\", expected three letters of L, R, A, P, S, I such as SPL", letters);
    g.z_direction = direction_of(letters[0], letters);
    g.y_direction = direction_of(letters[1], letters);
    g.x_direction = direction_of(letters[2], letters);
    for (std::size_t d = 0; d < 3; ++d)
        require(std::abs(g.x_direction[d]) + std::abs(g.y_direction[d]) + std::abs(g.z_direction[d]) == 1,
            "/geometry/orientation: \"{}\" names the same axis twice", letters);
}

} // namespace

void apply_geometry(Acquisition& scan, GeometryConfig const& config, Matrix const& matrix) {
    require(!config.fov_mm || !config.voxel_mm, "/geometry: fov_mm and voxel_mm say the same: set one of them");
    if (config.fov_mm) scan.geometry.fov_mm = *config.fov_mm;
    if (config.voxel_mm)
        for (std::size_t d = 0; d < 3; ++d) scan.geometry.fov_mm[d] = (*config.voxel_mm)[d] * static_cast<double>(matrix[d]);
    if (config.centre_mm) scan.geometry.centre_mm = *config.centre_mm;
    if (!config.orientation.empty()) set_orientation(scan.geometry, config.orientation);
}

Matrix matrix_of(Vector3 const& numbers, std::string const& where) {
    Matrix matrix;
    for (std::size_t d = 0; d < 3; ++d) {
        require(numbers[d] >= 1 && numbers[d] <= static_cast<double>(kLongestAxis) && numbers[d] == std::floor(numbers[d]),
            "{}: found {}, {}, {} (z, y, x), expected whole numbers from 1 to {}", where, numbers[0], numbers[1], numbers[2], kLongestAxis);
        matrix[d] = static_cast<index_t>(numbers[d]);
    }
    return matrix;
}

} // namespace tessera
