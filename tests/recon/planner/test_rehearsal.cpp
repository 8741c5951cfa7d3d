// Code in a rehearsal takes the bytes that it takes for real, and no memory.
#include "recon/planner/plan.h"

#include "core/arrays/vector_ops.h"
#include "core/arrays/volume_store.h"
#include "core/device/rehearsed_loop.h"
#include "kernels/arrays/arithmetic.h"
#include "nn/complex_channels.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "recon/nufft/density.h"
#include "recon/nufft/nufft.h"
#include "recon/nufft/toeplitz.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

namespace {

/// The peak of a function in a context, above what lived before.
template <class F> std::size_t peak_of(Context const& context, F const& f) {
    auto& allocator = context.allocator();
    allocator.reset_peak();
    std::size_t const before = allocator.use().live;
    f(context);
    CHECK(allocator.use().live == before);
    return allocator.use().peak - before;
}

/// Real and rehearsed peaks agree to the bytes of `slack`, and the rehearsed one is not below.
template <class F> void same_peak(Context const& real_one, F const& f, std::size_t slack = 0) {
    std::size_t const rehearsed = peak_of(Context::rehearsal(real_one.device()), f), real_peak = peak_of(real_one, f);
    CHECK(rehearsed >= real_peak);
    CHECK(rehearsed <= real_peak + slack);
}

Tensor<real> trajectory(Context const& context, index_t n, real extent) {
    if (context.rehearses()) return Tensor<real>(context, {n, 3});
    auto k = random_real(static_cast<std::size_t>(3 * n), 5, -0.5, 0.5);
    for (real& v : k) v *= extent;
    return Tensor<real>::from(context, {n, 3}, k);
}

} // namespace

TEST_CASE("a rehearsal touches no memory, computes nothing and reads ones", "[planner]") {
    auto const context = Context::rehearsal(Device::cpu);
    Tensor<complex> const x(context, {1 << 20, 1 << 12}); // 32 GiB
    CHECK(context.allocator().use().live == (std::size_t{1} << 32) * sizeof(complex));
    axpby(2, x, 0, x);
    x.zero();
    CHECK(context.stream().rehearsal->traffic > 0);
    CHECK(Tensor<real>(context, {3}).to_host() == std::vector<real>{1, 1, 1});
    CHECK(context.host().rehearses());
    CHECK(context.host() == context.host());
    CHECK(context.host().host() == context.host());
}

TEST_CASE("pieces of the NUFFT take in a rehearsal what they take for real", "[planner]") {
    auto const context = each_device();
    for (Matrix const matrix : {Matrix{6, 10, 8}, Matrix{1, 13, 7}})
        for (index_t const coils : {1, 3, 8}) {
            index_t const n = 97;
            // where the points lie decides how many pieces of work there are: a few bytes a tile
            same_peak(
                context,
                [&](Context const& c) {
                    Nufft const nufft(c, matrix, trajectory(c, n, 6), {.coils_per_pass = 4});
                    Tensor<complex> const volumes(c, {coils, matrix[0], matrix[1], matrix[2]}), kspace(c, {coils, n});
                    nufft.forward(volumes, kspace);
                    nufft.adjoint(kspace, volumes);
                },
                2048);
            same_peak(
                context,
                [&](Context const& c) {
                    Tensor<real> const w(c, {n});
                    enqueue(c.stream(), Fill{w.flat(), 1}); // of zeros the spectrum would be real, and half as large
                    Toeplitz const toeplitz(c, matrix, trajectory(c, n, 6), w, 1e-3);
                    Tensor<complex> const volumes(c, {coils, matrix[0], matrix[1], matrix[2]});
                    toeplitz.apply(volumes, volumes);
                },
                2048);
            same_peak(
                context, [&](Context const& c) { pipe_menon_weights(c, matrix, trajectory(c, n, 6)); }, 2048);
        }
}

TEST_CASE("a rehearsal of many turns takes the time of a few and counts the work of all", "[planner]") {
    auto const run = [](index_t turns) {
        auto const context = Context::rehearsal(Device::cpu);
        RehearsedLoop const loop(context, turns);
        Tensor<complex> const x(context, {100});
        for (index_t i = 0; i < loop.turns(); ++i) axpby(2, x, 0, x);
        CHECK(loop.turns() <= 3);
        return context;
    };
    // the work of the turns left out is added where the loop ends
    auto const traffic = [&](index_t turns) { return run(turns).stream().rehearsal->traffic; };
    CHECK(traffic(0) == 0);
    CHECK(traffic(2) == Approx(2 * traffic(1)));
    CHECK(traffic(1000000000) == Approx(1e9 * traffic(1)));
    Context const real_one(Device::cpu);
    CHECK(RehearsedLoop(real_one, 1000).turns() == 1000);
}

TEST_CASE("networks and losses take in a rehearsal what they take for real", "[planner]") {
    auto const context = each_device();
    for (auto const kind : {NetworkKind::resnet3d, NetworkKind::complex_resnet3d, NetworkKind::unet3d})
        for (Matrix const patch : {Matrix{5, 6, 7}, Matrix{1, 9, 4}}) {
            NetworkConfig config;
            config.kind = kind;
            config.resnet3d.channels = config.complex_resnet3d.channels = config.unet3d.channels = 4;
            config.resnet3d.blocks = config.complex_resnet3d.blocks = 2;
            config.unet3d.levels = 2;
            same_peak(context, [&](Context const& c) {
                ParameterList parameters(c, true);
                auto const network = make_network(config, parameters, "");
                auto const ones = [&](index_t channels) {
                    Tensor<real> const t(c, {patch[0], patch[1], patch[2], channels});
                    enqueue(c.stream(), Fill{t.flat(), 1});
                    return t;
                };
                auto const target = as_complex(ones(2));
                Tape tape;
                auto const output = network->forward(tape, tape.variable(ones(2)));
                auto const loss = evaluate_loss(tape, {{LossKind::l1, 1}, {LossKind::ssim, 0.5}}, output, target);
                tape.backward(loss.total);
            });
        }
}

TEST_CASE("volumes that wait on the host take its memory once for all steps and sizes", "[planner]") {
    auto const context = each_device();
    for (bool const rehearses : {false, true}) {
        auto const c = rehearses ? Context::rehearsal(context.device()) : Context(context.device());
        std::size_t largest = 0;
        for (int round = 0; round < 2; ++round)
            for (index_t const n : {10, 30, 20}) {
                auto const x = Tensor<complex>::zeros(c, {n, 3, 2});
                {
                    VolumeStore store(c, CheckpointPlace::host);
                    for (int i = 0; i < 4; ++i) store.push(x);
                    for (std::size_t i = 4; i-- > 0;) {
                        CHECK(store.get(i).shape() == x.shape());
                        store.pop();
                    }
                }
                largest = std::max(largest, 4 * x.bytes());
            }
        CHECK(c.host().allocator().use().peak == largest);
    }
}

TEST_CASE("stages nest, and know what lived at most in them", "[planner]") {
    Context const context;
    {
        Stage const whole(context, "whole");
        Tensor<real> const kept(context, {100});
        for (int i = 0; i < 2; ++i) {
            Stage const part(context, "part");
            Tensor<real> const more(context, {index_t{50} * (i + 1)});
        }
        Tensor<real> const little(context, {1});
    }
    auto const found = stages(context);
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "whole");
    CHECK(found[0].device_peak == 200 * sizeof(real));
    CHECK(found[1].name == "part");
    CHECK(found[1].depth == 1);
    CHECK(found[1].calls == 2);
    CHECK(found[1].device_peak == 200 * sizeof(real));
}
