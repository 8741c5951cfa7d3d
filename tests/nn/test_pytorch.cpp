// The same weights in PyTorch give the same output and gradients.
#include "nn/network.h"
#include "nn/ops/activations.h"
#include "nn/ops/conv3d.h"
#include "nn/weights/weights.h"
#include "tests/support/gradient_check.h"
#include "tests/support/run_program.h"

#include <memory>

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

constexpr char const* kPython = "/usr/bin/python3"; // Debian's, which has python3-torch

using Forward = std::function<Var(Tape&, Var const&)>;

struct Model {
    std::string name;
    std::string json; ///< model.json of pytorch_reference.py
    Shape input;
    std::function<Forward(ParameterList&)> make;
};

Model chain() {
    return {"chain of convolutions",
        R"({"chain": [{"conv": "first", "in": 2, "out": 5, "kernel": 3, "stride": 1}, {"leaky_relu": 0},
            {"conv": "second", "in": 5, "out": 3, "kernel": 5, "stride": 2}, {"leaky_relu": 0.2},
            {"conv": "third", "in": 3, "out": 4, "kernel": 1, "stride": 1}]})",
        {6, 7, 5, 2}, [](ParameterList& parameters) -> Forward {
            auto const layer = [&](std::string const& name, index_t in, index_t out, index_t filter) {
                auto const weight = parameters.add_constant(name + ".weight", {out, in, filter, filter, filter}, 0);
                return std::pair(weight, parameters.add_constant(name + ".bias", {out}, 0));
            };
            auto const first = layer("first", 2, 5, 3), second = layer("second", 5, 3, 5), third = layer("third", 3, 4, 1);
            return [=](Tape& tape, Var const& x) {
                auto y = relu(tape, conv3d(tape, x, first.first, &first.second));
                y = leaky_relu(tape, conv3d(tape, y, second.first, &second.second, 2), 0.2);
                return conv3d(tape, y, third.first, &third.second);
            };
        }};
}

Model network(NetworkConfig const& config, Shape const& input) {
    auto const kind = std::string(config_name(config.kind));
    return {kind, R"({"network": )" + config_json(config) + "}", input, [config](ParameterList& parameters) -> Forward {
                std::shared_ptr<Network const> const net = make_network(config, parameters, "");
                return [net](Tape& tape, Var const& x) { return net->forward(tape, x); };
            }};
}

std::vector<Model> models() {
    std::vector<Model> all{chain()};
    NetworkConfig c;
    c.kind = NetworkKind::resnet3d;
    c.resnet3d = {.channels = 6, .blocks = 2, .convolutions = 3, .filter = 3, .slope = 0.1};
    all.push_back(network(c, {5, 6, 7, 2}));
    c.kind = NetworkKind::complex_resnet3d;
    c.complex_resnet3d = {.channels = 4, .blocks = 2, .convolutions = 2, .filter = 3, .threshold = 0.05};
    all.push_back(network(c, {5, 6, 7, 2}));
    c.kind = NetworkKind::unet3d;
    for (Halving const halving : {Halving::strided, Halving::average}) {
        c.unet3d = {.channels = 3, .levels = 2, .convolutions = 2, .filter = 3, .slope = 0.1, .halving = halving};
        all.push_back(network(c, {8, 7, 5, 2}));
    }
    return all;
}

// Random everywhere, so that no layer hides behind weights that start at 0.
void randomise(ParameterList const& parameters) {
    unsigned seed = 100;
    for (auto const& p : parameters.all()) {
        Shape const s = p.value.shape();
        double const bound = s.rank() == 5 ? std::sqrt(6 / static_cast<double>(s.size() / s[0])) : 0.3;
        p.value.copy_from(random_tensor(p.value.context(), s, ++seed, -bound, bound));
    }
}

// What our side computes, under the names of result.safetensors, and the files for the other side.
NamedTensors compute(Model const& model, fs::path const& folder) {
    Context const ctx;
    ParameterList parameters(ctx, true);
    auto const forward = model.make(parameters);
    randomise(parameters);
    auto const x = random_tensor(ctx, model.input, 1);
    Tape tape;
    auto const input = tape.variable(x);
    auto const y = forward(tape, input);
    auto const v = random_tensor(ctx, y.shape(), 2);
    tape.backward(y, v.clone());

    fs::create_directories(folder);
    std::ofstream(folder / "model.json") << model.json;
    save_weights(folder / "weights.safetensors", parameters, {{"made_by", "a test"}});
    write_safetensors(folder / "data.safetensors", {{"input", x}, {"output_gradient", v}}, {});
    NamedTensors results{{"output", y.value()}, {"input_gradient", input.slot().take()}};
    for (auto const& p : parameters.all()) results.push_back({"gradient." + p.name, p.gradient});
    return results;
}

double relative_error(Tensor<real> const& a, Tensor<real> const& b) {
    auto const difference = moved(a, -1, b);
    double const reference = tessera::test::inner(b, b);
    REQUIRE(reference > 0);
    return std::sqrt(tessera::test::inner(difference, difference) / reference);
}

} // namespace

TEST_CASE("networks agree with PyTorch: output and gradients of input and weights", "[pytorch]") {
    TemporaryFolder const folder;
    auto const errors = (folder / "errors").string();
    fs::path const script = fs::path(TESSERA_SOURCE_DIR) / "tests/nn/pytorch_reference.py";
    if (!fs::exists(script)) { // a program that was taken to another machine
        WARN("not tested: no file " << script.string());
        return;
    }
    if (std::system(fmt::format("{} -c 'import numpy, torch' 2> {}", kPython, errors).c_str()) != 0) {
        WARN("not tested: " << kPython << " has no torch (Debian's package python3-torch)");
        return;
    }
    auto const all = models();
    std::vector<NamedTensors> ours;
    std::string command = fmt::format("{} {}", kPython, script.string());
    for (std::size_t i = 0; i < all.size(); ++i) {
        fs::path const here = folder / std::to_string(i);
        ours.push_back(compute(all[i], here));
        command += fmt::format(" {}", here.string());
    }
    int const status = std::system((command + " 2> " + errors).c_str());
    INFO(text_of(errors));
    REQUIRE(status == 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
        Safetensors const file(folder / std::to_string(i) / "result.safetensors");
        CHECK(file.entries().size() == ours[i].size());
        for (auto const& [name, value] : ours[i]) {
            INFO(all[i].name << ": " << name);
            auto const* const entry = file.find(name);
            REQUIRE(entry != nullptr);
            REQUIRE(entry->shape == value.shape());
            CHECK(relative_error(value, file.read(Context(), *entry)) < tolerance(1e-4, 1e-10));
        }
    }
}
