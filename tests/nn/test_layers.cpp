// Layers, and how networks are made of them.
#include "nn/layers.h"
#include "nn/network.h"
#include "tests/support/gradient_check.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

namespace {

std::vector<std::string> names(NetworkConfig const& config) {
    ParameterList parameters(Context(), false);
    make_network(config, parameters, "regulariser.");
    std::vector<std::string> all;
    for (auto const& p : parameters.all()) all.push_back(p.name);
    std::sort(all.begin(), all.end());
    return all;
}

double mean_square(Tensor<real> const& x) { return inner(x, x) / static_cast<double>(x.size()); }

} // namespace

TEST_CASE("networks come from JSON and name their parameters like PyTorch's modules", "[nn]") {
    auto const made = [](std::string const& json) { return names(parse_config<NetworkConfig>(json, "test")); };
    CHECK(made(R"({"kind": "resnet3d", "resnet3d": {"channels": 2, "blocks": 1, "convolutions": 2}})") ==
        std::vector<std::string>{"regulariser.blocks.0.convs.0.bias", "regulariser.blocks.0.convs.0.weight",
            "regulariser.blocks.0.convs.1.bias", "regulariser.blocks.0.convs.1.weight", "regulariser.head.bias", "regulariser.head.weight",
            "regulariser.tail.bias", "regulariser.tail.weight"});
    auto const complex_names = made(R"({"kind": "complex_resnet3d", "complex_resnet3d": {"blocks": 1, "convolutions": 2}})");
    for (auto const* name : {"blocks.0.activations.0.bias", "head.weight_real", "tail.weight_imag", "tail.bias"})
        CHECK(std::count(complex_names.begin(), complex_names.end(), std::string("regulariser.") + name) == 1);
    CHECK(complex_names.size() == 4 * 3 + 1);
    std::string const unet = R"({"kind": "unet3d", "unet3d": {"channels": 2, "levels": 2, "convolutions": 1, "halving": ")";
    auto const strided = made(unet + "strided\"}}"), average = made(unet + "average\"}}");
    CHECK(strided.size() == 2 * (2 * 4 + 2));
    CHECK(average.size() == 2 * (2 * 3 + 2));
    CHECK(std::count(strided.begin(), strided.end(), "regulariser.encoder.1.down.weight") == 1);
    CHECK(std::count(average.begin(), average.end(), "regulariser.encoder.1.down.weight") == 0);
    CHECK_THROWS_WITH(made(R"({"resnet3d": {"kernel": 4}})"), Catch::Matchers::Contains("filter of 4 voxels"));
}

TEST_CASE("channels of a U-Net double with each halving", "[nn]") {
    ParameterList parameters(Context(), false);
    NetworkConfig config;
    config.kind = NetworkKind::unet3d;
    config.unet3d = {.channels = 3, .levels = 2, .convolutions = 2, .filter = 1};
    make_network(config, parameters, "");
    auto const shape = [&](std::string const& name) {
        for (auto const& p : parameters.all())
            if (p.name == name) return p.value.shape();
        return Shape{};
    };
    CHECK(shape("encoder.0.convs.0.weight") == Shape{3, 2, 1, 1, 1});
    CHECK(shape("encoder.1.convs.0.weight") == Shape{6, 3, 1, 1, 1});
    CHECK(shape("bottom.convs.1.weight") == Shape{12, 12, 1, 1, 1});
    CHECK(shape("decoder.1.up.weight") == Shape{6, 12, 1, 1, 1});
    CHECK(shape("decoder.1.convs.0.weight") == Shape{6, 12, 1, 1, 1});
    CHECK(shape("tail.weight") == Shape{2, 3, 1, 1, 1});
}

TEST_CASE("layers start with weights that keep the size of a map", "[nn]") {
    Context const ctx;
    ParameterList parameters(ctx, false, 3);
    Tape tape(Tape::Mode::skip);
    auto const x = random_tensor(ctx, {12, 12, 12, 12}, 1);
    Conv3d const plain(parameters, "plain", 12, 24, 3);
    LeakyReluLayer const relu(0);
    // The padding takes about a sixth of the taps of this map.
    double const after = mean_square(relu(tape, plain(tape, Var(x))).value()) / mean_square(x);
    CHECK(after > 0.7);
    CHECK(after < 1.1);
    ComplexConv3d const of_complex(parameters, "complex", 6, 12, 3);
    ModReluLayer const modrelu(parameters, "modrelu", 12, 0);
    double const after_complex = mean_square(modrelu(tape, of_complex(tape, Var(x))).value()) / mean_square(x);
    CHECK(after_complex > 0.7);
    CHECK(after_complex < 1.1);
}
