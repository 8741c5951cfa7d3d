// The centre of k-space as one low-resolution image for each coil explains it.
#pragma once

#include "recon/delays/delays.h"

#include <memory>
#include <vector>

namespace tessera {

/// Samples of some readouts near k = 0, and how they depend on delays.
class CentralModel {
    struct Moved; // the samples where they are with delays

public:
    /// Two numbers an axis: delay in samples along z, y, x, then phase in radians.
    using Parameters = std::array<double, 6>;

    /// trajectory [readout, sample, 3] and k-space [coil, readout, sample] of a few readouts, of which samples within `radius` are used. W
    /// is the root of the density compensation: a mean between all samples alike, as is best for noise, and all parts of k-space alike, as
    /// is best for conjugate gradients. Images of one model are understood by others of the same context, matrix and radius.
    CentralModel(Context const& cpu, Matrix const& matrix, Tensor<real> trajectory, Tensor<complex> kspace, double radius);

    /// Coil images, and how well they explain the samples.
    struct Fit {
        Parameters at{};
        Tensor<complex> images; ///< [coil, z, y, x]
        Tensor<complex> rest;   ///< of the same shape: A^H W y - (A^H W A + lambda) x, 0 at the minimum
        double cost = 0;        ///< ||W^1/2 (A x - y)||^2 + lambda ||x||^2
        std::shared_ptr<Moved const> moved;
    };
    /// The images that explain the samples best with these delays; `start`: images to start from.
    Fit fit(Parameters const& delays, Tensor<complex> const& start, index_t iterations) const;
    /// The step of Gauss and Newton from a fit; 0 along axes without a gradient.
    Parameters step(Fit const& fit) const;
    /// ||W^1/2 (A x - y)|| / ||W^1/2 y|| of images that other readouts of the same coils were fitted with.
    double error(Parameters const& delays, Tensor<complex> const& images) const;

    /// Whether a gradient plays along z, y, x.
    std::array<bool, 3> axes() const { return axes_; }
    /// The longest way of k in a sample, in cycles per field of view.
    double longest_step() const { return longest_; }
    /// Whether most readouts start at k = 0.
    bool starts_in_centre() const;
    Tensor<complex> no_images() const;

private:
    Tensor<complex> compensated(Tensor<complex> const& samples) const; // W y, a copy

    Context cpu_;
    Matrix matrix_;
    Tensor<real> trajectory_, weights_; // [readout, sample, 3], [point]
    Tensor<complex> kspace_;            // [coil, point]
    std::vector<index_t> points_;       // readout x samples + sample
    std::array<bool, 3> axes_{};
    double longest_ = 0;
};

} // namespace tessera
