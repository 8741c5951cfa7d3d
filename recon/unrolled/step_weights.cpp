#include "recon/unrolled/step_weights.h"

#include "recon/unrolled/informed_network.h"

namespace tessera {

StepWeights::StepWeights(ModelConfig const& config, ParameterList& parameters)
    : informed_(config.informed), consistency_(make_data_consistency(config.data_consistency)) {
    std::string const name = consistency_->parameter_name();
    for (index_t k = 0; k < config.sets_of_weights(); ++k) {
        auto const of_set = [&](std::string const& shared, std::string const& distinct) {
            return config.shared_weights ? shared : fmt::format(fmt::runtime(distinct), k);
        };
        networks_.push_back(
            make_network(config.network, parameters, of_set("regulariser.", "regularisers.{}."), informed_ ? kNumbersTold : 0));
        numbers_.push_back(parameters.add_constant(of_set(name, name + ".{}"), {1}, consistency_->parameter_start()));
        if (informed_) slopes_.push_back(parameters.add_constant(of_set(name + "_slopes", name + "_slopes.{}"), {kNumbersTold}, 0));
    }
}

std::shared_ptr<Network const> StepWeights::regulariser(index_t set, double place, ScanConditions const& conditions) const {
    return std::make_shared<InformedNetwork>(*networks_.at(static_cast<std::size_t>(set)), conditions, place, informed_);
}

LearnedNumber StepWeights::number(index_t set, double place, ScanConditions const& conditions) const {
    auto const i = static_cast<std::size_t>(set);
    if (!informed_) return {numbers_.at(i), {}, {}};
    return {numbers_.at(i), slopes_.at(i), numbers_told(conditions, place)};
}

std::vector<double> StepWeights::values() const {
    std::vector<double> values;
    for (auto const& p : numbers_) values.push_back(consistency_->value(scalar(p)));
    return values;
}

} // namespace tessera
