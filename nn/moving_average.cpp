#include "nn/moving_average.h"

#include "core/terminal/log.h"
#include "kernels/arrays/arithmetic.h"
#include "kernels/network/adam.h"

#include <algorithm>

namespace tessera {

MovingAverage::MovingAverage(double decay, ParameterList const& parameters) : decay_(decay) {
    require(decay >= 0 && decay < 1, "moving average: decay {}, expected at least 0 and below 1", decay);
    for (auto const& p : parameters.all())
        if (p.trained()) all_.push_back({p, p.value.clone()});
}

void MovingAverage::update(index_t number) const {
    require(!swapped_, "moving average: an update while the weights are the average");
    auto const n = static_cast<double>(number);
    auto const rest = static_cast<real>(1 - std::min(decay_, (1 + n) / (10 + n)));
    for (auto const& a : all_) enqueue(a.value.stream(), FollowAverage{a.parameter.value.flat(), rest, a.value.flat()});
}

void MovingAverage::swap() {
    for (auto const& a : all_) enqueue(a.value.stream(), SwapReal{a.parameter.value.flat(), a.value.flat()});
    swapped_ = !swapped_;
}

NamedTensors MovingAverage::state() const {
    require(!swapped_, "moving average: its state while the weights are the average");
    NamedTensors all;
    for (auto const& a : all_) all.push_back({a.parameter.name, a.value});
    return all;
}

AverageInUse::AverageInUse(MovingAverage& average) : average_(average) {
    require(!average_.swapped_in(), "moving average: it is in use already");
    average_.swap();
}

AverageInUse::~AverageInUse() {
    try {
        average_.swap();
    } catch (std::exception const& e) {
        log_error("moving average: cannot give the weights back: {}", e.what());
    }
}

} // namespace tessera
