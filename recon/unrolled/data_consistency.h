// The steps of an unrolled network that know the measurement.
#pragma once

#include "core/config/config.h"
#include "core/arrays/linear_operator.h"
#include "core/arrays/conjugate_gradient.h"
#include "recon/sense/conditions.h"

#include <memory>

namespace tessera {

/// What data consistency needs of one scan: the normal operator and one volume.
struct DataTerm {
    std::shared_ptr<LinearOperator const> model; ///< its normal() is A^H W A
    Tensor<complex> b;                           ///< A^H W y, [z, y, x]
    ScanConditions conditions{};                 ///< of the measurement, in the units of b
};

enum class DataConsistency {
    cg,      ///< argmin ||W^1/2 (A x - y)||^2 + lambda ||x - z||^2
    gradient ///< z - step A^H W (A z - y)
};
constexpr std::array<std::string_view, 2> config_names(DataConsistency) { return {"cg", "gradient"}; }

struct DataConsistencyConfig {
    DataConsistency kind = DataConsistency::cg;
    double lambda = 0.1;
    double step = 1;
    index_t iterations = 10;
    double tolerance = 1e-3;
    index_t backward_iterations = 40;
    double backward_tolerance = 1e-3;

    void describe(ConfigVisitor& v) {
        v("kind", kind, "cg: solve with the regulariser's output as prior; gradient: one step towards the data.");
        v("lambda", lambda, "cg: weight of the prior that training starts from; A^H W A is about the identity.", {.above = 0});
        v("step", step, "gradient: step size that training starts from.");
        v("iterations", iterations, "cg: iterations at most.", {.min = 1});
        v("tolerance", tolerance, "cg: stop below this relative residual.", {.min = 0, .max = 1});
        v("backward_iterations", backward_iterations, "cg: iterations at most of the solve that gradients need.", {.min = 1});
        v("backward_tolerance", backward_tolerance, "cg: relative residual which that solve must reach.", {.min = 0, .max = 1});
    }
};

/// The largest relative residuals of CG since it was made, and its iterations.
struct SolverReport {
    double forward = 0, backward = 0;
    index_t forward_iterations = 0, backward_iterations = 0;
    std::function<void(index_t)> progress{}; ///< called after every unroll of the forward pass with its number, from 1
};

/// x = (A^H W A + lambda I)^-1 (b + lambda z), in the memory of z; CG starts at z.
void cg_step(DataTerm const& data, double lambda, Tensor<complex> const& z_to_x, DataConsistencyConfig const& config, SolverReport& report);

/// The implicit gradient of cg_step: v = (A^H W A + lambda I)^-1 g, in the memory of g, with which
/// dL/dz = lambda v and dL/dlambda = Re <v, z - x>.
///
/// It is exact as far as CG has converged; the residual goes to the report. Source: Aggarwal, Mani, Jacob 2019 (MoDL), doi:10.1109/TMI.2018.2865356.
void cg_step_pullback(DataTerm const& data, double lambda, Tensor<complex> const& g_to_v, DataConsistencyConfig const& config, SolverReport& report);

/// x = z - step (A^H W A z - b), in the memory of z.
void gradient_step(DataTerm const& data, double step, Tensor<complex> const& z_to_x);

/// dL/dz = g - step A^H W A g, in the memory of g. Returns A^H W A g, with which dL/dstep = Re <A^H W A g, -z> + Re <g, b>.
Tensor<complex> gradient_step_pullback(DataTerm const& data, double step, Tensor<complex> const& g);

} // namespace tessera
