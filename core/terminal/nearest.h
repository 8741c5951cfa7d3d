// The name that a user probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tessera {

/// The candidate with the fewest edits (insertion, deletion, replacement, swap of neighbours) from `name`;
/// empty when there are no candidates.
/// Source: optimal string alignment, after Damerau 1964, doi:10.1145/363958.363994.
std::string nearest_name(std::string_view name, std::span<std::string const> candidates);

} // namespace tessera
