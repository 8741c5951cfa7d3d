#define CATCH_CONFIG_RUNNER
#include "tests/support/catch.h"
#include "tests/support/devices.h"

int main(int argc, char** argv) {
    int const result = Catch::Session().run(argc, argv);
    tessera::test::end_contexts();
    return result;
}

#if defined(__SANITIZE_ADDRESS__)
// An allocation that cannot be served is something that tests ask for, not a fault.
extern "C" char const* __asan_default_options() { return "allocator_may_return_null=1"; }
#endif
