// What is trained.
#pragma once

#include "core/arrays/tensor.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tessera {

/// A named tensor that an optimiser changes, with its gradient. A handle: copies share both.
struct Parameter {
    std::string name;
    Tensor<real> value;
    Tensor<real> gradient; ///< of the shape of value, pullbacks add to it; empty where the parameter is not trained
    bool decays = true;    ///< whether weight decay applies (not to biases and step sizes)

    bool trained() const { return gradient.size() > 0; }
};

/// The value of a parameter with one element. Waits for the stream.
double scalar(Parameter const& p);
/// Adds to the gradient of a parameter with one element, where it is trained.
void add_to_gradient(Parameter const& p, double value);

/// The parameters of a model, in the order of their creation.
class ParameterList {
public:
    /// trained: whether gradients are kept.
    ParameterList(Context context, bool trained, std::uint64_t seed = 0) : context_(std::move(context)), trained_(trained), seed_(seed) {}

    /// A list that makes no parameters of its own: those that are added are the ones of `source` of that name, without their gradients.
    /// A network made of it computes with the same values and trains nothing.
    static ParameterList frozen(ParameterList const& source);

    /// Uniform in +- sqrt(6 / fan_in): variance 2 / fan_in, for layers followed by a ReLU. The same numbers on every machine.
    /// Throws Error for a name that is taken. Source: He et al. 2015, doi:10.1109/ICCV.2015.123.
    Parameter add_he(std::string const& name, Shape const& shape, index_t fan_in, double gain = 1);
    Parameter add_constant(std::string const& name, Shape const& shape, double value, bool decays = false);

    /// Called with name and shape of every parameter before there is memory for it; throws where it should not be made.
    using Expectation = std::function<void(std::string const&, Shape const&)>;
    void expect(Expectation expectation) { expectation_ = std::move(expectation); }

    Context const& context() const { return context_; }
    std::vector<Parameter> const& all() const { return all_; }
    index_t count() const; ///< of real numbers
    void zero_gradients() const;

private:
    Parameter add(std::string const& name, Shape const& shape, std::vector<real> const& values, bool decays);
    Parameter add_frozen(std::string const& name, Shape const& shape);

    Context context_;
    bool trained_;
    std::uint64_t seed_;
    std::vector<Parameter> all_;
    std::optional<std::vector<Parameter>> source_;
    Expectation expectation_;
};

} // namespace tessera
