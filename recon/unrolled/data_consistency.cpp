#include "recon/unrolled/data_consistency.h"

#include "core/arrays/vector_ops.h"
#include "nn/complex_channels.h"
#include "recon/unrolled/cg_consistency.h"
#include "recon/unrolled/gradient_consistency.h"

#include <algorithm>

namespace tessera {
namespace {

using StepPointer = std::unique_ptr<DataConsistencyStep const>;

template <class Step> StepPointer make(DataConsistencyConfig const& config) { return std::make_unique<Step const>(config); }

struct Kind {
    char const* name;
    StepPointer (*make)(DataConsistencyConfig const&);
};

// Every kind there is.
constexpr Kind kKinds[] = {
    {"cg", make<CgConsistency>},
    {"gradient", make<GradientConsistency>},
};

} // namespace

std::vector<std::string> data_consistency_kinds() {
    std::vector<std::string> names;
    for (auto const& kind : kKinds) names.emplace_back(kind.name);
    return names;
}

std::unique_ptr<DataConsistencyStep const> make_data_consistency(DataConsistencyConfig const& config) {
    auto const kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](Kind const& k) { return config.kind == k.name; });
    require(kind != std::end(kKinds), "data consistency: no kind \"{}\"", config.kind);
    return kind->make(config);
}

Var data_consistency(Tape& tape, std::shared_ptr<DataConsistencyStep const> const& step, DataTerm const& data, Var const& z,
    LearnedNumber const& parameter, std::shared_ptr<SolverReport> const& report) {
    double const number = parameter.value();
    auto const x = as_complex(z.value()).clone();
    step->step(data, number, x, *report);
    return tape.record(as_channels(x), z.slot() || parameter.trained(),
        [=, slot = z.slot(), prior = as_complex(z.value())](Tensor<real> gradient) {
            auto const g = as_complex(gradient.unique() ? gradient : gradient.clone());
            auto const p = step->pullback(
                data, number, [&] { return x; }, g, *report);
            parameter.add_to_gradient(p.constant + p.factor * dot(p.probe, prior).re);
            slot.add(as_channels(g));
        });
}

} // namespace tessera
