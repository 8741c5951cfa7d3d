#include "nn/convolution/algorithm_choice.h"

namespace tessera::convolution {

std::optional<std::size_t> choose(std::span<Candidate const> candidates, std::size_t modest) {
    std::optional<std::size_t> least;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        auto const& c = candidates[i];
        if (!c.works || !c.deterministic || !c.wanted_precision) continue;
        if (c.workspace <= modest) return i;
        if (!least || c.workspace < candidates[*least].workspace) least = i;
    }
    return least;
}

} // namespace tessera::convolution
