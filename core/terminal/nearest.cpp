#include "core/terminal/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace tessera {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last.swap(row);
    }
    return last.back();
}

} // namespace

std::string nearest_name(std::string_view name, std::span<std::string const> candidates) {
    auto const best = std::min_element(candidates.begin(), candidates.end(),
        [&](auto const& a, auto const& b) { return edit_distance(name, a) < edit_distance(name, b); });
    return best == candidates.end() ? std::string() : *best;
}

} // namespace tessera
