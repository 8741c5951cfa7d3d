// What holds for every network: its gradients, what an untrained one does, how far it sees, and what it costs to run.
#include "nn/network.h"
#include "tests/support/gradient_check.h"

using namespace tessera;
using namespace tessera::test;

namespace {

struct Case {
    std::string name;
    NetworkConfig config;
};

std::vector<Case> cases() {
    std::vector<Case> all;
    for (auto const& sizes : {Resnet3dConfig{.channels = 3, .blocks = 2, .convolutions = 2, .kernel = 3, .slope = 0.1},
             Resnet3dConfig{.channels = 2, .blocks = 1, .convolutions = 3, .kernel = 5, .slope = 0.3},
             Resnet3dConfig{.channels = 4, .blocks = 3, .convolutions = 1, .kernel = 1, .slope = 0}})
        all.push_back({fmt::format("resnet3d, kernel {}", sizes.kernel), {.kind = NetworkKind::resnet3d, .resnet3d = sizes}});
    return all;
}

Case one_case() {
    auto const i = GENERATE(range(0, static_cast<int>(cases().size())));
    return cases()[static_cast<std::size_t>(i)];
}

// Weights and biases that are random everywhere, as no network is without training.
void randomise(ParameterList const& parameters) {
    unsigned seed = 100;
    for (auto const& p : parameters.all()) {
        double const fan_in = p.value.shape().rank() == 5 ? static_cast<double>(p.value.shape().tail().size()) : 30;
        p.value.copy_from(random_tensor(p.value.context(), p.value.shape(), ++seed, -std::sqrt(3 / fan_in), std::sqrt(3 / fan_in)));
    }
}

// Voxels [begin, begin + size) of a map.
Tensor<real> box(Tensor<real> const& map, Matrix const& begin, Matrix const& size) {
    auto const values = map.to_host();
    Shape const s = map.shape();
    std::vector<real> inside;
    for (index_t z = 0; z < size[0]; ++z)
        for (index_t y = 0; y < size[1]; ++y)
            for (index_t i = 0; i < size[2] * s[3]; ++i)
                inside.push_back(values[static_cast<std::size_t>((((begin[0] + z) * s[1] + begin[1] + y) * s[2] + begin[2]) * s[3] + i)]);
    return Tensor<real>::from(map.context(), {size[0], size[1], size[2], s[3]}, inside);
}

double largest(Tensor<real> const& a, Tensor<real> const& b) {
    auto const x = a.to_host(), y = b.to_host();
    REQUIRE(x.size() == y.size());
    double most = 0;
    for (std::size_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(double(x[i]) - double(y[i])));
    return most;
}

} // namespace

TEST_CASE("an untrained network is the identity, and can learn", "[nn]") {
    Context const ctx;
    auto const [name, config] = one_case();
    INFO(name);
    ParameterList parameters(ctx, true, 1);
    auto const network = make_network(config, parameters, "regulariser.");
    for (auto const& p : parameters.all()) CHECK(p.name.starts_with("regulariser."));
    auto const x = random_tensor(ctx, {5, 6, 7, 2}, 1);
    Tape tape;
    auto const y = network->forward(tape, Var(x));
    CHECK(y.value().to_host() == x.to_host());
    tape.backward(y, random_tensor(ctx, y.shape(), 2));
    double sum = 0;
    for (auto const& p : parameters.all()) sum += inner(p.gradient, p.gradient);
    CHECK(sum > 1e-6);
}

TEST_CASE("gradients of whole networks agree with differences", "[nn]") {
    Context const ctx = each_device();
    auto const [name, config] = one_case();
    INFO(name);
    ParameterList parameters(ctx, true, 1);
    auto const network = make_network(config, parameters, "");
    randomise(parameters);
    auto const x = random_tensor(ctx, {3, 1, 5, 2}, 3);
    check_gradients({x}, parameters, [&](Tape& tape, std::vector<Var> const& v) { return network->forward(tape, v[0]); });
}

TEST_CASE("a box gives what the whole volume gives beyond the radius, and a radius of one less is too small", "[nn]") {
    Context const ctx;
    auto const [name, config] = one_case();
    ParameterList parameters(ctx, false, 1);
    auto const network = make_network(config, parameters, "");
    randomise(parameters);
    auto const [radius, alignment] = network->reach();
    INFO(name << ", radius " << radius << ", alignment " << alignment);

    // Along one axis, the others being short, for cuts in front of the box and behind it. The volume's own end is odd.
    int const axis = GENERATE(0, 1, 2);
    bool const front = GENERATE(true, false);
    index_t const cut = (radius / alignment + 2) * alignment, n = cut + radius + 2 * alignment + 1;
    Matrix whole{3, 2, 1}, begin{}, size;
    whole[axis] = n;
    size = whole;
    begin[axis] = front ? cut : 0;
    size[axis] = front ? n - cut : cut;
    auto const x = random_tensor(ctx, {whole[0], whole[1], whole[2], 2}, 3);
    Tape tape(Tape::Mode::skip);
    auto const expected = box(network->forward(tape, Var(x)).value(), begin, size);
    auto const found = network->forward(tape, Var(box(x, begin, size))).value();

    auto const difference = [&](index_t margin) {
        Matrix from{}, inner = size;
        from[axis] = front ? margin : 0;
        inner[axis] = size[axis] - margin;
        return largest(box(found, from, inner), box(expected, from, inner));
    };
    // The outermost taps change little, in float hardly more than rounding does. Loops in double round both runs alike.
    double const rounding = tolerance(3e-6, 0);
    CHECK(difference(radius) <= rounding);
    if (radius > 0 && rounding == 0) CHECK(difference(radius - 1) > 0);
}

TEST_CASE("a network that is only run holds few maps at a time", "[nn]") {
    Context const ctx;
    ParameterList parameters(ctx, true, 1);
    auto const network = make_network({.resnet3d = {.channels = 8, .blocks = 4}}, parameters, "");
    Var const x(random_tensor(ctx, {24, 24, 24, 2}, 1));
    std::size_t const live = ctx.allocator().use().live, map = 4 * x.value().bytes();
    ctx.allocator().reset_peak();
    Tape tape(Tape::Mode::skip);
    {
        auto const y = network->forward(tape, x);
        CHECK(ctx.allocator().use().live == live + x.value().bytes());
    }
    CHECK(ctx.allocator().use().peak <= live + 3 * map + map / 4);
}
