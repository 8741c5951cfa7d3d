#include "nn/parameter.h"

#include "core/arrays/random.h"
#include "kernels/arrays/arithmetic.h"

#include <algorithm>
#include <cmath>

namespace tessera {

double scalar(Parameter const& p) {
    require(p.value.size() == 1, "parameter \"{}\": shape {}, expected one number", p.name, p.value.shape().str());
    return static_cast<double>(p.value.to_host()[0]);
}

void add_to_gradient(Parameter const& p, double value) {
    if (!p.trained()) return;
    auto const one = Tensor<real>::from(p.gradient.context(), {1}, std::vector<real>{static_cast<real>(value)});
    enqueue(p.gradient.stream(), Axpby<real>{1, one.flat(), 1, p.gradient.flat()});
}

Parameter ParameterList::add(std::string const& name, Shape const& shape, std::vector<real> const& values, bool decays) {
    for (auto const& other : all_) require(other.name != name, "parameters: two are named \"{}\"", name);
    Parameter p{name, Tensor<real>::from(context_, shape, values), {}, decays};
    if (trained_) p.gradient = Tensor<real>::zeros(context_, shape);
    all_.push_back(p);
    return p;
}

ParameterList ParameterList::frozen(ParameterList const& source) {
    ParameterList list(source.context_, false, source.seed_);
    list.source_ = source.all_;
    return list;
}

Parameter ParameterList::add_frozen(std::string const& name, Shape const& shape) {
    auto const found = std::find_if(source_->begin(), source_->end(), [&](Parameter const& p) { return p.name == name; });
    require(found != source_->end() && found->value.shape() == shape, "parameters: there is no \"{}\" of shape {} to share", name,
        shape.str());
    return all_.emplace_back(Parameter{name, found->value, {}, found->decays});
}

Parameter ParameterList::add_he(std::string const& name, Shape const& shape, index_t fan_in, double gain) {
    if (source_) return add_frozen(name, shape);
    if (expectation_) expectation_(name, shape);
    require(fan_in > 0, "parameters: \"{}\" has fan-in {}", name, fan_in);
    double const bound = gain * std::sqrt(6 / static_cast<double>(fan_in));
    std::vector<real> values(static_cast<std::size_t>(shape.size()));
    Random random(seed_, all_.size()); // a stream for each parameter
    for (real& value : values) value = static_cast<real>(bound * (2 * random.uniform() - 1));
    return add(name, shape, values, true);
}

Parameter ParameterList::add_constant(std::string const& name, Shape const& shape, double value, bool decays) {
    if (source_) return add_frozen(name, shape);
    if (expectation_) expectation_(name, shape);
    return add(name, shape, std::vector<real>(static_cast<std::size_t>(shape.size()), static_cast<real>(value)), decays);
}

index_t ParameterList::count() const {
    index_t n = 0;
    for (auto const& p : all_) n += p.value.size();
    return n;
}

void ParameterList::zero_gradients() const {
    for (auto const& p : all_)
        if (p.trained()) p.gradient.zero();
}

} // namespace tessera
