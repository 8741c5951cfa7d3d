// Accelerated proximal gradient descent on a data term and a regulariser.
#pragma once

#include "recon/sense/least_squares.h"

#include <functional>
#include <optional>
#include <vector>

namespace tessera {

/// A convex function g of an image, by its value and its proximal map.
class Regulariser {
public:
    virtual ~Regulariser() = default;

    virtual double value(Tensor<complex> const& x) = 0;
    /// Replaces x by argmin_u 1/2 ||u - x||^2 + weight g(u) and returns g there. `iteration` counts from 1.
    virtual double proximal(Tensor<complex> const& x, double weight, index_t iteration) = 0;
    /// Whether proximal() belongs to the same function at every iteration.
    virtual bool steady() const { return true; }
};

struct ProximalGradientOptions {
    double lambda = 0.05;
    index_t iterations = 100;          ///< at most; each applies the normal operator once
    double tolerance = 0;              ///< stop when an iteration changes the image relatively by less; 0: never
    std::optional<double> lipschitz{}; ///< the largest eigenvalue of the normal operator, where it is known; else the power method finds it
    std::optional<Tensor<complex>> start{}; ///< where to begin, not overwritten; zero if it is left out
    /// Called with the start (iteration 0) and after every iteration: its number, the cost and the relative change of the image.
    std::function<void(index_t, double, double)> progress{};
};

struct ProximalGradientResult {
    Tensor<complex> image;
    index_t iterations = 0;
    std::vector<double> costs; ///< 1/2 ||W^1/2 (A x - y)||^2 + lambda g(x) of the start and after every iteration
    double lipschitz = 0;      ///< the largest eigenvalue that was found or given
    double change = 0;         ///< relative change of the image in the last iteration that changed it
    index_t restarts = 0;      ///< how often the momentum was dropped because the cost had risen
};

/// argmin_x 1/2 ||W^1/2 (A x - y)||^2 + lambda g(x) by FISTA.
///
/// Beside x it keeps N x, with N = A^H W A, so that gradient and cost at extrapolated points are linear combinations and an
/// iteration applies N once. Where the regulariser is steady the cost never rises: a step that would raise it is undone, counts as
/// an iteration, and momentum starts anew; a step without momentum that still raises it means that the eigenvalue was too small
/// (the step is shortened) or that only rounding is left (it ends).
///
/// With random shifts the cost is that of the regulariser without shifts: it goes down on the whole and may rise at times, as what is
/// minimised is the average over shifts. A rise starts the momentum anew and undoes nothing; the n-th rise without momentum makes
/// the step 1 / (n + 1) of the first, so that the image settles.
///
/// Memory: four volumes beyond `problem` and the start, and the larger of what N and the regulariser work in.
/// Throws Error where the cost is not finite.
/// Source: Beck, Teboulle 2009, doi:10.1137/080716542; restarts by the cost: O'Donoghue, Candes 2015, doi:10.1007/s10208-013-9150-3;
/// decreasing steps: Robbins, Monro 1951, doi:10.1214/aoms/1177729586.
ProximalGradientResult proximal_gradient(LeastSquares const& problem, Regulariser& regulariser, ProximalGradientOptions const& options);

} // namespace tessera
