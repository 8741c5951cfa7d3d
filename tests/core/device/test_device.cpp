#include "core/device/device.h"

#include "core/error.h"
#include "tests/support/catch.h"

#include <algorithm>

using namespace tessera;
using Catch::Matchers::Contains;

TEST_CASE("devices by name", "[device]") {
    auto const all = available_devices();
    REQUIRE_FALSE(all.empty());
    CHECK(all.front() == Device::cpu);
    for (Device const d : all) CHECK(parse_device(device_name(d)) == d);

    CHECK_THAT(device_in_words(Device::cpu), Catch::StartsWith("cpu"));
    bool const gpu = std::find(all.begin(), all.end(), Device::cuda) != all.end();
    CHECK(parse_device("auto") == (gpu ? Device::cuda : Device::cpu));
    if (!gpu) CHECK_THROWS_WITH(parse_device("cuda"), Contains("device cuda is not available: "));
    CHECK_THROWS_WITH(parse_device("gpu"), Contains("unknown device \"gpu\": expected auto, cpu or cuda"));
#ifdef TESSERA_HAS_SIMT
    CHECK(parse_device("simt") == Device::simt);
#else
    CHECK_THROWS_WITH(parse_device("simt"), Contains("configured without TESSERA_SIMT"));
#endif
}
