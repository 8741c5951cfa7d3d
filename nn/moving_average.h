// An average of the weights over the last steps, which often validates better than the weights themselves.
#pragma once

#include "nn/parameter.h"
#include "nn/weights/named_tensor.h"

#include <vector>

namespace tessera {

/// Exponential moving average of the trained parameters.
///
/// It starts as a copy of the weights and is warm-started: step n moves it by 1 - min(decay, (1 + n) / (10 + n)) of the way, so that
/// the first weights are forgotten soon and no bias correction is needed.
class MovingAverage {
public:
    /// Throws Error for a decay outside [0, 1).
    MovingAverage(double decay, ParameterList const& parameters);

    /// After step `number`, 1 for the first. Throws Error while the average is swapped in.
    void update(index_t number) const;
    /// Exchanges weights and average: the second call undoes the first, bit for bit. Waits for nothing, needs no memory.
    void swap();
    bool swapped_in() const { return swapped_; }
    /// The averages, named as their parameters. Restoring their values restores the state. Throws Error while swapped in.
    NamedTensors state() const;

private:
    struct Average {
        Parameter parameter;
        Tensor<real> value;
    };
    double decay_;
    std::vector<Average> all_;
    bool swapped_ = false;
};

/// The parameters are their averages while this lives: for validation.
class AverageInUse {
public:
    /// Throws Error where the average is swapped in already.
    explicit AverageInUse(MovingAverage& average);
    ~AverageInUse();
    AverageInUse(AverageInUse const&) = delete;
    AverageInUse& operator=(AverageInUse const&) = delete;

private:
    MovingAverage& average_;
};

} // namespace tessera
