// libFuzzer's entry: TESSERA_FUZZ names the target; with TESSERA_FUZZ_SEEDS its seeds are written to that folder first.
#include "tests/fuzz/targets.h"

#include <cstdlib>

namespace {

tessera::fuzz::Target const& chosen() {
    char const* const name = std::getenv("TESSERA_FUZZ");
    static tessera::fuzz::Target const& target = tessera::fuzz::target(name ? name : "config");
    return target;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    if (char const* const folder = std::getenv("TESSERA_FUZZ_SEEDS")) chosen().seeds(folder);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    chosen().read({data, size});
    return 0;
}
