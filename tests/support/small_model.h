// A small problem and small networks, which all kinds of models are tested with.
#pragma once

#include "nn/complex_channels.h"
#include "recon/sense/sense_model.h"
#include "recon/unrolled/reconstruction_network.h"
#include "tests/support/gradient_check.h"

namespace tessera::test {

inline DataTerm small_problem(Context const& ctx, Matrix const& m) {
    index_t const points = m[0] * m[1] * m[2], coils = 2;
    auto k = random_real(static_cast<std::size_t>(3 * points), 1, -0.5, 0.5);
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= static_cast<real>(m[2 - i % 3]);
    Samples samples;
    samples.trajectory = Tensor<real>::from(ctx, {points, 3}, k);
    samples.weights = Tensor<real>::from(ctx, {points}, random_real(static_cast<std::size_t>(points), 2, 0.3, 1));
    Shape const maps{coils, m[0], m[1], m[2]};
    auto const s = Tensor<complex>::from(ctx, maps, random_complex(static_cast<std::size_t>(maps.size()), 3));
    NufftConfig nufft;
    nufft.accuracy = 1e-2; // any accuracy has an exact adjoint
    Tensor<complex> b = Tensor<complex>::from(ctx, maps.tail(), random_complex(static_cast<std::size_t>(maps.tail().size()), 4));
    return {sense_model(s, samples, nufft, NormalOperator::gridded), b};
}

inline ModelConfig small_model(NetworkKind kind, std::string const& consistency, bool shared, index_t unrolls = 3) {
    ModelConfig config;
    config.unrolls = unrolls;
    config.shared_weights = shared;
    config.network.kind = kind;
    config.network.resnet3d.channels = 4;
    config.network.resnet3d.blocks = 1;
    config.network.complex_resnet3d.channels = 2;
    config.network.complex_resnet3d.blocks = 1;
    config.network.unet3d.channels = 2;
    config.network.unet3d.levels = 2;
    config.data_consistency.kind = consistency;
    config.data_consistency.lambda = 0.7;
    config.data_consistency.step = 0.3;
    config.data_consistency.iterations = 80;
    config.data_consistency.tolerance = tolerance(1e-5, 1e-13);
    config.data_consistency.backward_iterations = 80;
    config.data_consistency.backward_tolerance = tolerance(1e-5, 1e-13);
    return config;
}

// Weights that are not zero anywhere: the last layer of an untrained network is.
inline void randomise(ParameterList const& parameters) {
    unsigned seed = 50;
    for (auto const& p : parameters.all())
        if (p.name.rfind("log_lambda", 0) != 0 && p.name.rfind("step", 0) != 0)
            p.value.copy_from(random_tensor(p.value.context(), p.value.shape(), seed++, -0.2, 0.2));
}

struct Gradients {
    std::vector<real> output, input;
    std::vector<std::vector<real>> parameters;
};

inline Gradients gradients(ReconstructionNetwork const& network, ParameterList const& parameters, DataTerm const& data,
    MemoryConfig const& memory) {
    parameters.zero_gradients();
    Tape tape;
    auto const x0 = tape.variable(as_channels(data.b));
    auto const y = network.forward(tape, data, x0, memory, std::make_shared<SolverReport>());
    Gradients g{y.value().to_host(), {}, {}};
    tape.backward(y, random_tensor(y.context(), y.shape(), 9));
    g.input = x0.slot().take().to_host();
    for (auto const& p : parameters.all()) g.parameters.push_back(p.gradient.to_host());
    return g;
}

inline double difference(std::vector<real> const& a, std::vector<real> const& b) {
    double sum = 0, scale = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += std::pow(double(a[i]) - double(b[i]), 2);
        scale += std::pow(double(b[i]), 2);
    }
    return std::sqrt(sum / scale);
}

} // namespace tessera::test
