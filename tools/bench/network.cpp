// What training is made of: convolutions, and a step of an unrolled network.
#include "nn/complex_channels.h"
#include "nn/convolution/convolution.h"
#include "nn/loss.h"
#include "nn/optimiser.h"
#include "recon/sense/sense_model.h"
#include "recon/unrolled/unrolled_network.h"
#include "tools/bench/coil_images.h"
#include "tools/bench/direct_sum.h"
#include "tools/bench/table.h"

namespace tessera {
namespace {

Tensor<real> noise(Context const& context, Shape const& shape, unsigned seed) {
    return bench_noise(context, {(shape.size() + 1) / 2}, seed)
        .reinterpret<real>({shape.size() + shape.size() % 2})
        .slice(0, shape.size())
        .reshape(shape);
}

/// The data term of noise, with the trajectory and coils of the case.
DataTerm data_of(Context const& context, BenchCase const& bench) {
    auto const trajectory = make_trajectory(bench.trajectory, bench.matrix).to(context);
    index_t const points = trajectory.size() / 3;
    Samples const samples{bench_noise(context, {bench.coils, points}, 1), trajectory.reshape({points, 3}),
        pipe_menon_weights(context, bench.matrix, trajectory).reshape({points})};
    auto const model = sense_model(coil_maps(context, bench.matrix, bench.coils), samples,
        {.accuracy = bench.accuracy, .oversampling = {}, .coils_per_pass = bench.coils_per_pass}, NormalOperator::toeplitz);
    Tensor<complex> const b(context, model->domain());
    model->weighted_adjoint(samples.kspace, b);
    return {model, b};
}

} // namespace

void bench_conv(BenchCase const& bench) {
    Context const context(parse_device(bench.device));
    auto const& network = bench.model.network.resnet3d;
    index_t const n = network.channels;
    ConvolutionShape const shape{bench.matrix, n, n, network.filter, 1};
    auto const [z, y, x] = bench.matrix;
    auto const in = noise(context, {z, y, x, n}, 1), out = noise(context, {z, y, x, n}, 2), weights = noise(context, shape.weights(), 3),
               bias = noise(context, {n}, 4);
    Table table;
    auto const add = [&](char const* name, std::function<void()> const& execute) {
        table.rows.emplace_back(name, repeated(context, bench.repeats, execute));
    };
    add("forward", [&] { convolution::forward(shape, in, weights, bias, out); });
    add("backward_data", [&] { convolution::backward_data(shape, weights, out, in); });
    add("backward_weights", [&] { convolution::backward_weights(shape, in, out, weights, bias); });
    table.print(bench);
}

void bench_train_step(BenchCase const& bench) {
    Context const context(parse_device(bench.device));
    DataTerm const data = data_of(context, bench);
    auto const target = data.b.clone();
    ParameterList parameters(context, true, 1);
    UnrolledNetwork const network(bench.model, parameters);
    Optimiser const optimiser({}, parameters);
    auto const run = [&](Tape& tape) {
        return network.forward(tape, data, Var(as_channels(data.b)), bench.memory, std::make_shared<SolverReport>());
    };
    Table table;
    table.rows.emplace_back("reconstruction", repeated(context, bench.repeats, [&] {
        Tape tape(Tape::Mode::skip);
        run(tape);
    }));
    index_t number = 0;
    table.rows.emplace_back("step", repeated(context, bench.repeats, [&] {
        parameters.zero_gradients();
        Tape tape;
        tape.backward(evaluate_loss(tape, {{LossKind::l2, 1}}, run(tape), target).total);
        optimiser.step(++number, 1e-4);
    }));
    table.print(bench);
}

} // namespace tessera
