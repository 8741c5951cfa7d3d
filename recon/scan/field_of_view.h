// The field of view that holds the object, which may be smaller or larger than the nominal one.
#pragma once

#include "core/arrays/tensor.h"
#include "recon/acquisition/acquisition.h"

namespace tessera {

struct FovOptions {
    double largest = 2;      ///< times the nominal field of view; less where readouts are sampled less densely than that needs
    double smallest = 0.25;  ///< times the nominal field of view
    double threshold = 0.02; ///< of the peak of the projected energy
    double margin = 0.05;    ///< of the field of view, added on every side
};

/// The matrix that holds the object at unchanged resolution: the field of view scaled by it over `matrix`.
///
/// Found from a reconstruction of the centre of k-space on a larger field of view, symmetrical about the centre.
/// Axes with one voxel stay. Throws Error for k-space without signal.
Matrix estimate_matrix(Context const& context, Matrix matrix, Acquisition const& scan, FovOptions const& options = {});

/// Changes the field of view of a scan from `matrix` to `target` voxels at unchanged resolution: trajectory, geometry, matrix.
///
/// Throws Error for a scan with maps or a reference image, which belong to the field of view of its file.
void change_field_of_view(Acquisition& scan, Matrix matrix, Matrix target);

} // namespace tessera
