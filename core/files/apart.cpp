#include "core/files/apart.h"

#include "core/error.h"

namespace tessera {

namespace fs = std::filesystem;

namespace {

bool same_file(fs::path const& a, fs::path const& b) {
    std::error_code error;
    if (fs::equivalent(a, b, error)) return true; // hard links, too
    auto const x = fs::weakly_canonical(fs::absolute(a), error), y = fs::weakly_canonical(fs::absolute(b), error);
    return !error && x == y;
}

} // namespace

void require_apart(std::vector<fs::path> const& outputs, std::vector<fs::path> const& inputs) {
    for (auto const& input : inputs)
        for (auto const& output : outputs)
            require(input.empty() || output.empty() || !same_file(input, output),
                "{}: would be overwritten by the output {}: choose another output", input.string(), output.string());
}

} // namespace tessera
