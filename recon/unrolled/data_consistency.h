// The step of an unrolled network that knows the measurement.
#pragma once

#include "core/config/config.h"
#include "nn/tape.h"
#include "recon/sense/data_term.h"
#include "recon/unrolled/learned_number.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tessera {

/// The names of all kinds, in the order of their table (data_consistency.cpp).
std::vector<std::string> data_consistency_kinds();

struct DataConsistencyConfig {
    std::string kind = "cg";
    double lambda = 0.1;
    double step = 1;
    index_t iterations = 10;
    double tolerance = 1e-3;
    index_t backward_iterations = 40;
    double backward_tolerance = 1e-3;

    void describe(ConfigVisitor& v) {
        v("kind", kind, "cg: solve with the regulariser's output as prior; gradient: one step towards the data.",
            {.one_of = data_consistency_kinds()});
        v("lambda", lambda, "cg: weight of the prior that training starts from; A^H W A is about the identity.", {.above = 0});
        v("step", step, "gradient: step size that training starts from.");
        v("iterations", iterations, "cg: iterations at most.", {.min = 1});
        v("tolerance", tolerance, "cg: stop below this relative residual.", {.min = 0, .max = 1});
        v("backward_iterations", backward_iterations, "cg: iterations at most of the solve that gradients need.", {.min = 1});
        v("backward_tolerance", backward_tolerance, "cg: relative residual which that solve must reach.", {.min = 0, .max = 1});
    }
};

/// How the fixed points of an equilibrium were found: the most iterations and the largest figures since it was made.
struct FixedPointReport {
    index_t iterations = 0, backward_iterations = 0; ///< 0: there was none
    index_t fallbacks = 0;                           ///< accelerated steps that were taken back, forward
    double residual = 0, backward_residual = 0;      ///< relative, where they ended
    double lipschitz = 0;                            ///< of a step at the fixed point, estimated; 0: not asked for
    double gain = 0;                 ///< by which a step enlarged the difference of two images: its Lipschitz constant is no less
    std::vector<double> residuals{}; ///< of every step of the last one, forward
};

/// The largest relative residuals of inner solvers since it was made, and their iterations.
struct SolverReport {
    double forward = 0, backward = 0;
    index_t forward_iterations = 0, backward_iterations = 0;
    index_t solves = 0; ///< how often a solver ran
    FixedPointReport fixed_point{};
    bool wants_lipschitz = false;            ///< asks an equilibrium for the estimate
    std::uint64_t seed = 0, draw = 0;        ///< of what is drawn at random for the penalty
    std::optional<Var> penalty{};            ///< what an equilibrium adds to the loss, unweighted: [1], on the tape of the forward pass
    std::function<void(index_t)> progress{}; ///< called after every unroll or iteration of the forward pass with its number, from 1
};

/// x = D(z): moves the regulariser's output z towards the data, with one trained number. Volumes are [z, y, x].
///
/// D is affine with a symmetric matrix: pullback() applies that, in either direction.
///
/// Stateless: one object serves any number of scans and threads.
class DataConsistencyStep {
public:
    /// What the gradient of the trained number needs: dL/dparameter = constant + factor Re <probe, z>. It is linear in z, so that
    /// blocks can add it up while they make z again, and nobody has to keep z.
    struct ParameterGradient {
        double constant = 0, factor = 1;
        Tensor<complex> probe; ///< may share the memory of dL/dz
    };

    virtual ~DataConsistencyStep() = default;

    /// How weight files call the trained number, and where training starts.
    virtual std::string parameter_name() const = 0;
    virtual double parameter_start() const = 0;
    /// How logs call what the number stands for, and its value: lambda = exp(log_lambda).
    virtual std::string value_name() const = 0;
    virtual double value(double parameter) const = 0;

    // Both are given the data term to keep: who needs b only to begin with lets it go then, so that a b which waits on the host takes no
    // memory while a solver works.

    /// x, in the memory of z.
    virtual void step(DataTerm data, double parameter, Tensor<complex> const& z_to_x, SolverReport& report) const = 0;
    /// From g = dL/dx to dL/dz, in the memory of g. `x` fetches the result of step() and is called at most once: it may have to come
    /// from the host, and is let go before the solver works where that is possible.
    virtual ParameterGradient pullback(DataTerm data, double parameter, std::function<Tensor<complex>()> const& x,
        Tensor<complex> const& g_to_gz, SolverReport& report) const = 0;
};

/// The step of config.kind.
std::unique_ptr<DataConsistencyStep const> make_data_consistency(DataConsistencyConfig const& config);

/// The step as an operation on a tape; z and the result are maps [z, y, x, 2]. Saves z and x.
Var data_consistency(Tape& tape, std::shared_ptr<DataConsistencyStep const> const& step, DataTerm const& data, Var const& z,
    LearnedNumber const& parameter, std::shared_ptr<SolverReport> const& report);

} // namespace tessera
