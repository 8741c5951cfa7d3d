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
    auto const add = [&](std::string name, NetworkKind kind, index_t filter, auto NetworkConfig::*member, auto const& sizes) {
        NetworkConfig config;
        config.kind = kind;
        config.*member = sizes;
        all.push_back({fmt::format("{}, filter {}", name, filter), config});
    };
    for (auto const& sizes : {Resnet3dConfig{.channels = 3, .blocks = 2, .convolutions = 2, .filter = 3, .slope = 0.1},
             Resnet3dConfig{.channels = 2, .blocks = 1, .convolutions = 3, .filter = 5, .slope = 0.3},
             Resnet3dConfig{.channels = 4, .blocks = 3, .convolutions = 1, .filter = 1, .slope = 0}})
        add("resnet3d", NetworkKind::resnet3d, sizes.filter, &NetworkConfig::resnet3d, sizes);
    for (auto const& sizes : {ComplexResnet3dConfig{.channels = 2, .blocks = 2, .convolutions = 2, .filter = 3, .threshold = 0.05},
             ComplexResnet3dConfig{.channels = 3, .blocks = 1, .convolutions = 3, .filter = 1, .threshold = 0},
             ComplexResnet3dConfig{.channels = 1, .blocks = 1, .convolutions = 2, .filter = 5, .threshold = 0.1}})
        add("complex_resnet3d", NetworkKind::complex_resnet3d, sizes.filter, &NetworkConfig::complex_resnet3d, sizes);
    for (auto const& sizes :
        {Unet3dConfig{.channels = 2, .levels = 1, .convolutions = 2, .filter = 3, .slope = 0.1, .halving = Halving::strided},
            Unet3dConfig{.channels = 2, .levels = 2, .convolutions = 1, .filter = 3, .slope = 0.2, .halving = Halving::average},
            Unet3dConfig{.channels = 1, .levels = 3, .convolutions = 2, .filter = 3, .slope = 0.3, .halving = Halving::strided},
            Unet3dConfig{.channels = 2, .levels = 2, .convolutions = 2, .filter = 1, .slope = 0, .halving = Halving::average},
            Unet3dConfig{.channels = 2, .levels = 2, .convolutions = 1, .filter = 1, .slope = 0.1, .halving = Halving::strided},
            Unet3dConfig{.channels = 1, .levels = 1, .convolutions = 1, .filter = 5, .slope = 0.1, .halving = Halving::strided}})
        add(fmt::format("unet3d, {} levels", sizes.levels), NetworkKind::unet3d, sizes.filter, &NetworkConfig::unet3d, sizes);
    return all;
}

Case one_case() {
    auto const i = GENERATE(range(0, static_cast<int>(cases().size())));
    return cases()[static_cast<std::size_t>(i)];
}

// Weights and biases that are random everywhere, as no network's are without training. In small volumes most taps see the
// padding: weights are somewhat larger than the number of taps asks for.
void randomise(ParameterList const& parameters) {
    unsigned seed = 100;
    for (auto const& p : parameters.all()) {
        Shape const s = p.value.shape();
        double const bound =
            s.rank() == 5 ? std::sqrt(3 / (static_cast<double>(s[1]) * std::sqrt(static_cast<double>(s[2] * s[3] * s[4])))) : 0.3;
        p.value.copy_from(random_tensor(p.value.context(), s, ++seed, -bound, bound));
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
    if (sizeof(real) == 4) return; // steps that float can tell apart step over the kinks of some activation
    Context const ctx = each_device();
    auto const [name, config] = one_case();
    INFO(name);
    ParameterList parameters(ctx, true, 1);
    std::vector<double> const told = GENERATE(std::vector<double>{}, std::vector<double>{0.7, -0.4});
    auto const network = make_network(config, parameters, "", std::ssize(told));
    randomise(parameters);
    auto const x = random_tensor(ctx, {5, 1, 6, 2}, 3);
    check_gradients({x}, parameters, [&](Tape& tape, std::vector<Var> const& v) { return network->forward(tape, v[0], told); });
}

TEST_CASE("a box gives what the whole volume gives beyond the radius, and a radius of one less is too small", "[nn]") {
    Context const ctx;
    auto const [name, config] = one_case();
    ParameterList parameters(ctx, false, 1);
    auto const network = make_network(config, parameters, "");
    randomise(parameters);
    auto const [radius, alignment] = network->reach();

    // Cut along one axis, the others being short. The volume's own end is at no multiple of the alignment.
    int const axis = GENERATE(0, 1, 2);
    INFO(name << ", radius " << radius << ", alignment " << alignment << ", axis " << axis);
    index_t const cut = (radius / alignment + 2) * alignment, n = cut + radius + 2 * alignment + 1;
    Matrix whole{3, 2, 1};
    whole[static_cast<std::size_t>(axis)] = n;
    auto const x = random_tensor(ctx, {whole[0], whole[1], whole[2], 2}, 3);
    Tape tape(Tape::Mode::skip);
    auto const expected = network->forward(tape, Var(x)).value();

    // The largest difference of a box in front of the cut or behind it, but for `margin` voxels at the cut.
    auto const difference = [&](bool behind, index_t margin) {
        auto const a = static_cast<std::size_t>(axis);
        Matrix begin{}, size = whole, from{}, inner = whole;
        begin[a] = behind ? cut : 0;
        size[a] = behind ? n - cut : cut;
        from[a] = behind ? margin : 0;
        inner[a] = size[a] - margin;
        auto const found = network->forward(tape, Var(box(x, begin, size))).value();
        return largest(box(found, from, inner), box(box(expected, begin, size), from, inner));
    };
    // The outermost taps change little, in float hardly more than rounding does. Loops in double round both runs alike.
    double const rounding = tolerance(3e-6, 0);
    CHECK(difference(true, radius) <= rounding);
    CHECK(difference(false, radius) <= rounding);
    if (radius > 0 && rounding == 0) CHECK(std::max(difference(true, radius - 1), difference(false, radius - 1)) > 0);
}

TEST_CASE("a box with cuts on all sides gives what an odd volume gives", "[nn]") {
    Context const ctx;
    auto const [name, config] = one_case();
    ParameterList parameters(ctx, false, 1);
    auto const network = make_network(config, parameters, "");
    randomise(parameters);
    auto const [r, alignment] = network->reach();
    INFO(name << ", radius " << r << ", alignment " << alignment);
    if (r > 12) return; // too large a volume for this test
    index_t const begin = alignment, size = ((2 * r + 3) / alignment + 1) * alignment;
    auto const x = random_tensor(ctx, {begin + size + 3, begin + size + 2, begin + size + 1, 2}, 3);
    Tape tape(Tape::Mode::skip);
    auto const expected = network->forward(tape, Var(x)).value();
    auto const found = network->forward(tape, Var(box(x, {begin, begin, begin}, {size, size, size}))).value();
    index_t const left = size - 2 * r;
    CHECK(largest(box(found, {r, r, r}, {left, left, left}), box(expected, {begin + r, begin + r, begin + r}, {left, left, left})) <=
        tolerance(3e-6, 0));
    if (r > 0) CHECK(largest(found, box(expected, {begin, begin, begin}, {size, size, size})) > 1e-3);
}

TEST_CASE("reach by hand", "[nn]") {
    auto const reach_of = [](auto const& needs) { return find_reach(needs, 1).radius; };
    CHECK(reach_of([](Interval out) { return out; }) == 0);
    CHECK(reach_of([](Interval out) { return through_convolution(out, 5, 1); }) == 2);
    // Blocks of two voxels that a cut does not divide.
    CHECK(reach_of([](Interval out) { return through_downsampling(through_upsampling(out)); }) == 0);
    // A filter of 3 on the coarse map: block -1 sees 0, of which voxels -2 and -1 are made; the same behind the cut.
    CHECK(reach_of([](Interval out) { return through_downsampling(through_convolution(through_upsampling(out), 3, 1)); }) == 2);
}

TEST_CASE("a network that is only run holds few maps at a time", "[nn]") {
    Context const ctx;
    ParameterList parameters(ctx, true, 1);
    auto const [kind, maps] =
        GENERATE(table<NetworkKind, double>({{NetworkKind::resnet3d, 3}, {NetworkKind::complex_resnet3d, 3}, {NetworkKind::unet3d, 4.3}}));
    NetworkConfig config;
    config.kind = kind;
    config.resnet3d = {.channels = 8, .blocks = 4};
    config.complex_resnet3d = {.channels = 4, .blocks = 4};
    config.unet3d = {.channels = 8, .levels = 3};
    auto const network = make_network(config, parameters, "");
    Var const x(random_tensor(ctx, {48, 48, 48, 2}, 1));
    std::size_t const live = ctx.allocator().use().live, map = 4 * x.value().bytes(); // of 8 channels
    ctx.allocator().reset_peak();
    Tape tape(Tape::Mode::skip);
    {
        auto const y = network->forward(tape, x);
        CHECK(ctx.allocator().use().live == live + x.value().bytes());
    }
    double const held = static_cast<double>(ctx.allocator().use().peak - live) / static_cast<double>(map);
    CHECK(held < maps + 0.1); // and weights as oneDNN wants them
}
