// What a user says about where a volume lies.
#pragma once

#include "core/config/config.h"
#include "recon/acquisition/acquisition.h"

namespace tessera {

/// Overrides what the file says, or fills in what it does not say.
struct GeometryConfig {
    std::optional<Vector3> fov_mm, voxel_mm, centre_mm;
    std::string orientation;
    void describe(ConfigVisitor& v) {
        v("fov_mm", fov_mm, "Field of view along z, y, x; null: as the file says.", {.above = 0, .max = 1e5});
        v("voxel_mm", voxel_mm, "Voxel size along z, y, x, in place of fov_mm.", {.above = 0, .max = 1e4});
        v("centre_mm", centre_mm, "Centre of the volume in scanner coordinates (left, posterior, superior); null: as the file says.",
            {.min = -1e5, .max = 1e5});
        v("orientation", orientation,
            "Where z, y and x of the volume point to, three letters of L, R, A, P, S, I such as SPL: permutes and flips "
            "the axes of the geometry; empty: as the file says.");
    }
};

/// Changes the geometry of a scan whose matrix is `matrix`. Throws Error naming the field for what cannot be meant.
void apply_geometry(Acquisition& scan, GeometryConfig const& config, Matrix const& matrix);

/// Three numbers of a file as a matrix (z, y, x). Throws Error, beginning with `where`, for others than whole numbers of at least 1.
Matrix matrix_of(Vector3 const& numbers, std::string const& where);

} // namespace tessera
