// All metrics of one image at once, the mask of the object, and the error at the faces between patches.
#pragma once

#include "recon/metrics/metrics.h"

namespace tessera {

/// How close an image is to its reference.
struct ImageQuality {
    double nrmse = 0, psnr = 0, ssim = 0, hfen = 0; ///< as in metrics.h
    double data_range = 0;                          ///< the reference's maximum in the mask: the peak of PSNR and the range of SSIM
    double scale = 0;                               ///< the image was multiplied by this, see fit_scale
    double ssim_2d = 0;                             ///< of the slices along z, as in metrics.h
};

/// The metrics after the least-squares scale, which is fitted in the same mask. Shapes: [z, y, x]. Throws: as the metrics do.
ImageQuality quality(Tensor<real> const& image, Tensor<real> const& reference, Mask const& mask = {});

/// "NRMSE 0.1234  PSNR 20.00 dB  SSIM 0.9876  HFEN 0.4321".
std::string summary(ImageQuality const& q);

/// The 99.5th percentile of the values above zero, which a few bright voxels do not change; 0 where nothing is above zero.
double robust_maximum(Tensor<real> const& magnitude);

/// 1 in the object and 0 in the air around it.
///
/// Voxels above 5 % of the robust maximum, holes up to four voxels wide closed, grown by one voxel (the 26 neighbours) so that
/// the object's edge, where blur shows, belongs to it.
/// Shapes: [z, y, x], host memory. Throws Error for a reference that is nowhere above zero.
Tensor<real> object_mask(Tensor<real> const& reference);

/// How much larger the error is at the faces between patches: RMS of the voxels that touch a face over RMS of the next three
/// inside the patches, which lie in the same anatomy.
///
/// Faces lie inside the volume at multiples of the core size along each axis. 1 means no seam, and is the answer also where no
/// voxel touches a face, all do, or the error is zero. Infinite where there is an error at the faces only.
/// Shapes: error [z, y, x], |image - reference| in host memory; core: z, y, x of a patch without its halo, at least 1.
/// Throws Error for a core of no voxels and errors that are not finite.
double seam_ratio(Tensor<real> const& error, Matrix const& core, Mask const& mask = {});

} // namespace tessera
