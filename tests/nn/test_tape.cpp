#include "nn/ops/activations.h"
#include "nn/ops/conv3d.h"
#include "tests/support/gradient_check.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("a tape frees each operation as it goes back, and records nothing where no gradient is wanted", "[nn]") {
    Context const ctx;
    ParameterList frozen(ctx, false, 3), trained(ctx, true, 3);
    auto const w = frozen.add_he("w", {4, 4, 3, 3, 3}, 108), v = trained.add_he("w", {4, 4, 3, 3, 3}, 108);
    auto const x = random_tensor(ctx, {16, 16, 16, 4}, 1); // much larger than the weights
    std::size_t const map = x.bytes();
    auto const deep = [&](Tape& tape, Var y, Parameter const& p) {
        for (int i = 0; i < 8; ++i) y = relu(tape, conv3d(tape, y, p));
        return y;
    };
    {
        Tape tape;
        ctx.allocator().reset_peak();
        std::size_t const live = ctx.allocator().use().live;
        auto const y = deep(tape, Var(x), w);
        CHECK(tape.size() == 0);
        CHECK(ctx.allocator().use().live == live + map);
        CHECK(ctx.allocator().use().peak < live + 4 * map);
    }
    Tape tape;
    std::size_t const live = ctx.allocator().use().live;
    auto y = deep(tape, tape.variable(x), v);
    CHECK(tape.size() == 16);
    CHECK(ctx.allocator().use().live == live + 8 * map); // activations overwrite what they are given
    ctx.allocator().reset_peak();
    tape.backward(y, random_tensor(ctx, y.shape(), 2));
    CHECK(ctx.allocator().use().peak < live + 13 * map);
    CHECK(tape.size() == 0);
}

TEST_CASE("a checkpoint has the same gradients and keeps its input only", "[nn]") {
    Context const ctx = each_device();
    ParameterList parameters(ctx, true, 3);
    auto const w = parameters.add_he("w", {3, 3, 3, 3, 3}, 81);
    auto const x = random_tensor(ctx, {3, 4, 5, 3}, 1);
    auto const block = [&](Tape& tape, Var y) {
        for (int i = 0; i < 4; ++i) y = leaky_relu(tape, conv3d(tape, y, w), 0.2);
        return y;
    };
    auto const gradients = [&](bool checkpointed) {
        parameters.zero_gradients();
        Tape tape;
        auto const input = tape.variable(x);
        auto const y = checkpointed ? checkpoint(tape, checkpoint(tape, input, block), block) : block(tape, block(tape, input));
        CHECK(tape.size() == (checkpointed ? 2 : 16));
        tape.backward(y, random_tensor(ctx, y.shape(), 2));
        return std::pair(input.slot().take().to_host(), w.gradient.to_host());
    };
    auto const plain = gradients(false), again = gradients(true);
    CHECK(plain.first == again.first);
    for (std::size_t i = 0; i < plain.second.size(); ++i) CHECK(again.second[i] == Approx(plain.second[i]).epsilon(tolerance(1e-4, 1e-12)));
}
