#include "recon/comparison/comparison_config.h"

namespace tessera {
namespace {

NamedMethod with(Method method, std::optional<LambdaRange> range = {}) {
    NamedMethod m;
    m.method = method;
    m.gridding.combine = CoilCombination::maps;
    m.sweep.range = range;
    return m;
}

} // namespace

std::vector<NamedMethod> ComparisonConfig::named_methods() const {
    auto all = methods;
    if (all.empty())
        all = {with(Method::gridding), with(Method::cg_sense, LambdaRange{0.01, 10, 10}),
            with(Method::l1_wavelet, LambdaRange{0.003, 0.3, 7}), with(Method::tv, LambdaRange{0.003, 0.3, 7})};
    if (!weights.empty()) {
        all.push_back(with(Method::mbdl));
        all.back().mbdl.weights = weights;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].name.empty()) all[i].name = config_name(all[i].method);
        for (std::size_t k = 0; k < i; ++k)
            require(all[k].name != all[i].name, "/methods: two are called \"{}\"; give one of them another /methods/{}/name", all[i].name,
                i);
    }
    return all;
}

} // namespace tessera
