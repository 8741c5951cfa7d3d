#include "core/arrays/tensor.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

namespace {
Context fresh(Context const& like) { return Context(like.device()); } // with byte counts of its own
} // namespace

TEST_CASE("the allocator counts what lives and the most that ever lived", "[allocator]") {
    Context const ctx = fresh(each_device());
    auto const use = [&] { return ctx.allocator().use(); };
    {
        Tensor<real> const a(ctx, {1000});
        CHECK(use().live == 1000 * sizeof(real));
        {
            Tensor<complex> const b(ctx, {10, 10});
            Tensor<complex> const same_memory = b[3];
            CHECK(use().live == 1000 * sizeof(real) + 100 * sizeof(complex));
        }
        CHECK(use().live == 1000 * sizeof(real));
        CHECK(use().peak == 1000 * sizeof(real) + 100 * sizeof(complex));
        ctx.allocator().reset_peak();
        CHECK(use().peak == 1000 * sizeof(real));
    }
    CHECK(use().live == 0);
    Tensor<real> const empty(ctx, {0, 5});
    CHECK(use().live == 0);
}

TEST_CASE("memory lives as long as the last handle to it", "[allocator]") {
    Context const ctx = fresh(each_device());
    Tensor<real> row;
    {
        auto const all = Tensor<real>::from(ctx, {2, 2}, std::vector<real>{1, 2, 3, 4});
        row = all[1];
    }
    CHECK(ctx.allocator().use().live == 4 * sizeof(real));
    CHECK(row.to_host() == std::vector<real>{3, 4});
    row = {};
    CHECK(ctx.allocator().use().live == 0);
}

TEST_CASE("the limit refuses with all numbers, and counts nothing", "[allocator]") {
    Context const ctx = fresh(each_device());
    std::size_t const limit = 4096;
    ctx.allocator().set_limit(limit);
    { Tensor<real> const before(ctx, {3000 / static_cast<index_t>(sizeof(real))}); }
    Tensor<real> const a(ctx, {1000 / static_cast<index_t>(sizeof(real))});
    try {
        Tensor<real> const too_much(ctx, {4000 / static_cast<index_t>(sizeof(real))});
        FAIL("the limit was not kept");
    } catch (OutOfMemory const& e) {
        CHECK(e.requested == 4000);
        CHECK(e.live == 1000);
        CHECK(e.peak == 3000);
        CHECK(e.limit == limit);
        CHECK(std::string(e.what()) ==
            "out of memory on " + device_name(ctx.device()) + ": 3.91 KiB requested with 1000 B live (peak 2.93 KiB, limit 4.00 KiB)");
    }
    CHECK(ctx.allocator().use().live == 1000);
    CHECK(ctx.allocator().use().peak == 3000);
    CHECK_NOTHROW(Tensor<real>(ctx, {3096 / static_cast<index_t>(sizeof(real))})); // exactly up to the limit
}

TEST_CASE("more than the machine has is out of memory too", "[allocator]") {
    Context const ctx = fresh(each_device());
    CHECK_THROWS_AS(Tensor<real>(ctx, {index_t{1} << 50}), OutOfMemory);
    CHECK(ctx.allocator().use().live == 0);
    CHECK(ctx.allocator().use().peak == 0);
}
