#include "recon/unrolled/learned_number.h"

#include "kernels/arrays/real_arithmetic.h"

namespace tessera {
namespace {

void add(std::vector<real> const& values, Parameter const& p) {
    if (!p.trained()) return;
    auto const more = Tensor<real>::from(p.gradient.context(), p.gradient.shape(), values);
    enqueue(p.gradient.stream(), AxpbyReal{1, more.flat(), 1, p.gradient.flat()});
}

} // namespace

double LearnedNumber::value() const {
    require(base.value.size() == 1 && (!slopes || slopes->value.size() == std::ssize(told)),
        "parameter \"{}\": shape {}, expected one number, and as many slopes as there are numbers told", base.name, base.value.shape().str());
    double sum = static_cast<double>(base.value.to_host()[0]);
    if (!slopes) return sum;
    auto const slope = slopes->value.to_host();
    for (std::size_t i = 0; i < told.size(); ++i) sum += static_cast<double>(slope[i]) * told[i];
    return sum;
}

void LearnedNumber::add_to_gradient(double gradient) const {
    add({static_cast<real>(gradient)}, base);
    if (!slopes) return;
    std::vector<real> by_slope;
    for (double const t : told) by_slope.push_back(static_cast<real>(gradient * t));
    add(by_slope, *slopes);
}

} // namespace tessera
