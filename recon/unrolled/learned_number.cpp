#include "recon/unrolled/learned_number.h"

#include "kernels/arrays/arithmetic.h"

namespace tessera {

double LearnedNumber::value() const {
    double sum = scalar(base);
    if (!slopes) return sum;
    require(slopes->value.size() == std::ssize(told), "parameter \"{}\": {} slopes for {} numbers", slopes->name, slopes->value.size(),
        told.size());
    auto const slope = slopes->value.to_host();
    for (std::size_t i = 0; i < told.size(); ++i) sum += static_cast<double>(slope[i]) * told[i];
    return sum;
}

void LearnedNumber::add_to_gradient(double gradient) const {
    tessera::add_to_gradient(base, gradient);
    if (!slopes || !slopes->trained()) return;
    std::vector<real> by_slope;
    for (double const t : told) by_slope.push_back(static_cast<real>(gradient * t));
    auto const more = Tensor<real>::from(slopes->gradient.context(), slopes->gradient.shape(), by_slope);
    enqueue(more.stream(), Axpby<real>{1, more.flat(), 1, slopes->gradient.flat()});
}

} // namespace tessera
