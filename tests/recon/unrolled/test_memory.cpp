// The memory of training, as docs/architecture.md has it.
#include "core/arrays/vector_ops.h"
#include "nn/complex_channels.h"
#include "nn/loss.h"
#include "recon/unrolled/unrolled_network.h"
#include "tests/support/gradient_check.h"
#include "tests/support/one_thread.h"
#include "tests/support/scaled_operator.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr index_t kChannels = 16, kBlocks = 1, kConvolutions = 2;
constexpr Matrix kPatch{8, 8, 8};
constexpr index_t kHalo = 2; // less than the exact one: memory does not mind
constexpr index_t kRead = (8 + 2 * kHalo) * (8 + 2 * kHalo) * (8 + 2 * kHalo);

// Kernels of one voxel, where the time for the others shows nothing.
ModelConfig model(std::string const& kind, index_t unrolls, index_t filter = 1) {
    ModelConfig config;
    config.network.resnet3d.filter = filter;
    config.unrolls = unrolls;
    config.network.resnet3d.channels = kChannels;
    config.network.resnet3d.blocks = kBlocks;
    config.network.resnet3d.convolutions = kConvolutions;
    config.data_consistency.kind = kind;
    config.network.complex_resnet3d.channels = kChannels / 2;
    config.network.complex_resnet3d.blocks = kBlocks;
    config.network.complex_resnet3d.convolutions = kConvolutions;
    config.network.complex_resnet3d.filter = filter;
    return config;
}

MemoryConfig memory(MemoryPolicy policy, CheckpointPlace place = CheckpointPlace::host) {
    MemoryConfig config;
    config.policy = policy;
    config.patch = kPatch;
    config.halo = kHalo;
    config.checkpoints = place;
    return config;
}

index_t voxels(Matrix const& m) { return m[0] * m[1] * m[2]; }
index_t volume_bytes(Matrix const& m) { return voxels(m) * index_t{sizeof(complex)}; }
// What the feature maps of one network take, of so many voxels, and the weights of a layer in the order of the library.
index_t map_bytes(index_t n, index_t filter = 1) {
    index_t const maps = (kBlocks * kConvolutions + 2) * kChannels + 6, weights = kChannels * kChannels * filter * filter * filter;
    return (n * maps + weights) * index_t{sizeof(real)};
}
// The partial sums of an inner product, the loss and its gradient.
index_t sum_bytes(Matrix const& m) { return std::clamp<index_t>(voxels(m) / 256, 1, 1024) * 16 + 2 * index_t{sizeof(real)}; }

// Bytes that one step of training takes at most beyond what lives before it: parameters, A^H W y and the target.
index_t training_peak(Context const& ctx, ModelConfig const& config, MemoryConfig const& memory, Matrix const& m) {
    Shape const shape{m[0], m[1], m[2]};
    ParameterList parameters(ctx, true, 1);
    UnrolledNetwork const network(config, parameters);
    DataTerm const data{std::make_shared<Scaled>(ctx, shape),
        Tensor<complex>::from(ctx, shape, random_complex(static_cast<std::size_t>(voxels(m)), 1))};
    auto const target = data.b.clone();
    auto const before = ctx.allocator().use().live;
    ctx.allocator().reset_peak();
    {
        Tape tape;
        auto const loss =
            l2_loss(tape, network.forward(tape, data, Var(as_channels(data.b)), memory, std::make_shared<SolverReport>()), target);
        tape.backward(loss);
        CHECK(tape.size() == 0);
    }
    CHECK(ctx.allocator().use().live == before);
    return static_cast<index_t>(ctx.allocator().use().peak - before);
}

constexpr Matrix kSmall{24, 24, 24}, kLarge{24, 32, 48};

} // namespace

TEST_CASE("memory of block-wise training: some volumes and the maps of one patch", "[memory]") {
    OneThread const one;
    for (Device const device : available_devices()) {
        if (device == Device::simt) continue; // counts the same and takes minutes
        Context const ctx(device);
        auto const peak = [&](std::string const& kind, index_t unrolls, CheckpointPlace place, Matrix const& m) {
            return training_peak(ctx, model(kind, unrolls), memory(MemoryPolicy::block, place), m);
        };
        index_t const patch = peak("gradient", 2, CheckpointPlace::host, kSmall) - 4 * volume_bytes(kSmall);
        INFO(device_name(device) << ": " << patch << " bytes for a patch, its maps need " << map_bytes(kRead));

        for (index_t const unrolls : {2, 8})
            for (auto const& m : {kSmall, kLarge}) {
                index_t const volume = volume_bytes(m), sums = sum_bytes(m);
                INFO(unrolls << " unrolls, " << m[0] << " x " << m[1] << " x " << m[2]);
                CHECK(peak("cg", unrolls, CheckpointPlace::host, m) == std::max(4 * volume + sums, 3 * volume + patch));
                CHECK(peak("gradient", unrolls, CheckpointPlace::host, m) == 4 * volume + patch);
                CHECK(peak("cg", unrolls, CheckpointPlace::device, m) ==
                    std::max((4 + unrolls) * volume + sums, (1 + unrolls) * volume + patch));
                CHECK(peak("gradient", unrolls, CheckpointPlace::device, m) == (2 + unrolls) * volume + patch);
            }
    }
}

TEST_CASE("memory of a patch", "[memory]") {
    OneThread const one;
    bool const complex_numbers = GENERATE(false, true);
    index_t const filter = complex_numbers ? 1 : GENERATE(1, 3);
    auto config = model("gradient", 2, filter);
    if (complex_numbers) config.network.kind = NetworkKind::complex_resnet3d;
    index_t const patch = training_peak(Context(), config, memory(MemoryPolicy::block), kSmall) - 4 * volume_bytes(kSmall);
    CHECK(patch <= map_bytes(kRead, filter) * 1.02);
    CHECK(patch >= map_bytes(kRead, filter) * 0.94); // loops in double want no other order of the weights
}

TEST_CASE("memory of training without blocks: the maps of all voxels, of one unroll or of all", "[memory]") {
    OneThread const one;
    auto const kind = GENERATE(as<std::string>(), "cg", "gradient");
    Context const ctx;
    auto const peak = [&](MemoryPolicy policy, index_t unrolls) {
        return training_peak(ctx, model(kind, unrolls), memory(policy), kSmall);
    };
    index_t const volume = volume_bytes(kSmall), maps = map_bytes(voxels(kSmall));

    index_t const unroll = peak(MemoryPolicy::unroll, 2), volumes = kind == "cg" ? 3 : 4;
    CHECK(peak(MemoryPolicy::unroll, 8) == unroll);
    CHECK(unroll >= volumes * volume + maps * 0.99); // loops in double want no other order of the weights
    CHECK(unroll <= volumes * volume + maps * 1.01);
    CHECK(unroll > 2 * peak(MemoryPolicy::block, 2));

    // Every further unroll keeps the inputs of its convolutions, z and, for the gradient of lambda, x.
    index_t const kept = (kBlocks * kConvolutions + 1) * kChannels * voxels(kSmall) * index_t{sizeof(real)};
    CHECK(peak(MemoryPolicy::full, 8) - peak(MemoryPolicy::full, 2) == 6 * (kept + 2 * volume));
}

TEST_CASE("within a limit that blocks need, other policies run out of memory", "[memory]") {
    OneThread const one;
    auto const train = [](MemoryPolicy policy, CheckpointPlace place) {
        Context const ctx;
        index_t const volume = volume_bytes(kLarge), before = 2 * volume + (1 << 16); // two volumes and the parameters
        index_t const needed = std::max(4 * volume + sum_bytes(kLarge), 3 * volume + map_bytes(kRead) * 101 / 100);
        ctx.allocator().set_limit(static_cast<std::size_t>(before + needed));
        training_peak(ctx, model("cg", 8), memory(policy, place), kLarge);
    };
    CHECK_NOTHROW(train(MemoryPolicy::block, CheckpointPlace::host));
    CHECK_THROWS_AS(train(MemoryPolicy::block, CheckpointPlace::device), OutOfMemory);
    CHECK_THROWS_AS(train(MemoryPolicy::unroll, CheckpointPlace::host), OutOfMemory);
    CHECK_THROWS_AS(train(MemoryPolicy::full, CheckpointPlace::host), OutOfMemory);
}
