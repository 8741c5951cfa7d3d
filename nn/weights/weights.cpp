#include "nn/weights/weights.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace tessera {
namespace {

// The tensors of a file that `into` asks for, in its order, with their shapes checked.
std::vector<Safetensors::Entry const*> matching(Safetensors const& file, NamedTensors const& into, std::string const& ignored) {
    std::vector<Safetensors::Entry const*> found;
    std::set<std::string> names;
    for (auto const& [name, value] : into) {
        names.insert(name);
        auto const* const entry = file.find(name);
        require(entry != nullptr, "{}: tensor \"{}\" is missing, expected with shape {}", file.path().string(), name, value.shape().str());
        require(entry->shape == value.shape(), "{}: tensor \"{}\" has shape {}, expected {}", file.path().string(), name,
            entry->shape.str(), value.shape().str());
        found.push_back(entry);
    }
    for (auto const& entry : file.entries()) {
        bool const allowed = !ignored.empty() && entry.name.starts_with(ignored);
        require(allowed || names.contains(entry.name), "{}: tensor \"{}\" of shape {} is not a part of this model, which has {} tensors",
            file.path().string(), entry.name, entry.shape.str(), into.size());
    }
    return found;
}

} // namespace

NamedTensors parameter_values(ParameterList const& parameters) {
    NamedTensors all;
    for (auto const& p : parameters.all()) all.push_back({p.name, p.value});
    return all;
}

NamedTensors prefixed(std::string const& prefix, NamedTensors const& tensors) {
    NamedTensors all;
    for (auto const& [name, value] : tensors) all.push_back({prefix + name, value});
    return all;
}

void load_tensors(Safetensors const& file, NamedTensors const& into, std::string const& ignored) {
    Context const host; // a rehearsal reads weights as well: they are small, and say which network it is
    std::vector<Tensor<real>> values;
    for (auto const* entry : matching(file, into, ignored)) {
        values.push_back(file.read(host, *entry));
        auto const all = values.back().host();
        auto const bad = std::find_if(all.begin(), all.end(), [](real x) { return !std::isfinite(x); });
        require(bad == all.end(), "{}: tensor \"{}\" is not finite at element {}", file.path().string(), entry->name, bad - all.begin());
    }
    for (std::size_t i = 0; i < into.size(); ++i) into[i].value.copy_from(values[i]);
}

void save_weights(std::filesystem::path const& file, ParameterList const& parameters, Metadata const& metadata,
    NamedTensors const& training) {
    auto all = parameter_values(parameters);
    auto const more = prefixed(kTrainingPrefix, training);
    all.insert(all.end(), more.begin(), more.end());
    write_safetensors(file, all, metadata);
}

void load_weights(Safetensors const& file, ParameterList const& parameters) {
    load_tensors(file, parameter_values(parameters), kTrainingPrefix);
}

} // namespace tessera
