// All states of a scan in one problem: what moves little from one to the next is seen by all.
#pragma once

#include "recon/methods/methods.h"
#include "recon/states/state_scans.h"

namespace tessera {

/// argmin_x sum over states s of 1/2 ||W_s^1/2 (A_s x_s - y_s)||^2 + lambda g(x), by the iterations of proximal_gradient(); the images
/// [state, z, y, x] in host memory, in the scale of the data.
///
/// xd-grasp: g(x) = sum over voxels and states of |x_(s+1) - x_s| (Feng et al. 2016, doi:10.1002/mrm.25665), beside `tikhonov` / 2 ||x||^2.
/// llr: g(x) = sum over blocks of voxels of the nuclear norm of [state, voxel] (recon/compressed_sensing/locally_low_rank.h).
///
/// Memory of the device: one state's. Of the host: five stacks of images and, xd-grasp, three more; and what normal operators of all states wait as
/// (recon/sense/waiting_model.h). Throws Error for other methods, and for images that are not finite or zero everywhere.
Tensor<complex> reconstruct_jointly(StateScans const& states, NufftConfig const& nufft, MethodConfig const& config,
    MethodProgress const& progress = {});

} // namespace tessera
