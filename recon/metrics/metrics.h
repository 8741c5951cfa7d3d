// How close an image is to a reference.
//
// All metrics compare magnitudes of equal shape in host memory and accumulate in double; a mask, where given, has the
// same shape, and voxels where it is zero do not count. Results do not depend on the number of threads.
// All throw Error for unequal shapes, an empty mask, a zero reference and values that are not finite.
// image_quality.h has all of them at once, and the mask of the object.
#pragma once

#include "core/arrays/vector_ops.h"

#include <optional>

namespace tessera {

using Mask = std::optional<Tensor<real>>;

/// The scale s that minimises ||s image - reference||.
double fit_scale(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask = {});
/// The complex scale s that minimises ||s image - reference||, so it takes away a constant phase too.
Complex<double> fit_scale(Tensor<complex> const& image, Tensor<complex> const& reference, Mask const& mask = {});

/// ||image - reference|| / ||reference||.
double nrmse(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask = {});

/// Peak signal-to-noise ratio in dB, with the reference's maximum as peak; infinite for equal images.
double psnr(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask = {});

/// Mean structural similarity over the voxels of a volume.
///
/// Gaussian window of sigma 1.5 voxels in every dimension, cut off at 5 voxels and renormalised where it sticks out of the
/// volume, so that border voxels and volumes with one slice count like others. K1 = 0.01, K2 = 0.03; the data range is the
/// reference's maximum within the mask. The windows themselves look beyond the mask.
/// Shapes: [z, y, x].
/// Source: Wang, Bovik, Sheikh, Simoncelli 2004, doi:10.1109/TIP.2003.819861.
double ssim(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask = {});

/// Mean over the slices along an axis (0: z, 1: y, 2: x) of the mean structural similarity within each.
///
/// The same Gaussian window as in ssim(), within the slice only, and the same constants; the data range is that of the whole
/// volume, the reference's maximum within the mask, so that a dark slice is not judged by its own. Slices without a voxel in the
/// mask do not count.
/// Shapes: [z, y, x]. Throws: Error also for another axis.
/// Source: Wang, Bovik, Sheikh, Simoncelli 2004, doi:10.1109/TIP.2003.819861.
double ssim_2d(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask = {}, int axis = 0);

/// High-frequency error norm: ||LoG(image) - LoG(reference)|| / ||LoG(reference)||, LoG the 3D Laplacian of a Gaussian.
///
/// The Gaussian has sigma 1.5 voxels and ends at 7 voxels (15 in all). Volumes are continued by reflection at their faces
/// (... b a | a b ...), so the border is no edge, and a volume with one slice has the 2D norm. The norms are taken within the
/// mask; the filter looks beyond it.
/// Shapes: [z, y, x]. Throws: Error also for a reference without any edge in the mask.
/// Source: Ravishankar, Bresler 2011, doi:10.1109/TMI.2010.2090538.
double hfen(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask = {});

} // namespace tessera
