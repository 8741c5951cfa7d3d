#include "recon/sense/least_squares.h"

#include "core/arrays/vector_ops.h"
#include "core/device/stage.h"
#include "kernels/arrays/arithmetic.h"
#include "recon/sense/normalisation.h"
#include "recon/sense/sense_model.h"

namespace tessera {

double weighted_energy(Tensor<complex> const& kspace, Tensor<real> const& weights) {
    double sum = 0;
    for (index_t c = 0; c < kspace.shape()[0]; ++c) {
        auto const samples = kspace.slice(c, c + 1).to(weights.context()), weighted = samples.clone();
        enqueue(weights.stream(), MultiplyReal{weights.flat(), weighted.view<2>()});
        sum += dot(weighted, samples).re;
    }
    return sum;
}

LeastSquares least_squares(Scan const& scan, NufftConfig const& config, NormalOperator normal, bool weighted) {
    LeastSquares problem;
    Tensor<real> weights = scan.weights;
    require(weighted || !scan.soft_gated, "weighted is false, which would undo soft gating: set it, or take /gating/kind \"hard\"");
    if (!weighted)
        weights = Tensor<real>::from(weights.context(), weights.shape(), std::vector<real>(static_cast<std::size_t>(weights.size()), 1));
    auto const model =
        sense_model(scan.maps, {scan.kspace, scan.trajectory, weights}, config, resolved(normal, scan.maps, scan.weights.size(), config));
    problem.data.model = model;
    Stage const stage(model->context(), "x_0");
    problem.data.b = Tensor<complex>(model->context(), model->domain());
    model->weighted_adjoint(scan.kspace, problem.data.b);
    if (weighted) {
        problem.scale = intensity_scale(problem.data.b);
    } else {
        Tensor<complex> const compensated(model->context(), model->domain());
        sense_model(scan.maps, {scan.kspace, scan.trajectory, scan.weights}, config, NormalOperator::gridded)
            ->weighted_adjoint(scan.kspace, compensated);
        problem.scale = intensity_scale(compensated);
    }
    axpby(1 / problem.scale, problem.data.b, 0, problem.data.b);
    problem.data.conditions = scan_conditions(*model, problem.data.b, weights,
        noise_of_sample(scan.noise_deviation, scan.kspace, scan.trajectory), problem.scale);
    problem.energy = weighted_energy(scan.kspace, weights) / (problem.scale * problem.scale);
    return problem;
}

double value(LeastSquares const& problem, Tensor<complex> const& x, Tensor<complex> const& normal_x) {
    return 0.5 * dot(x, normal_x).re - dot(x, problem.data.b).re + 0.5 * problem.energy;
}

} // namespace tessera
