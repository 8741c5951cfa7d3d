// Memory that waits on a disk.
#include "core/device/scratch_memory.h"

#include "core/arrays/tensor.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("tensors on a disk are host memory that is counted apart", "[scratch]") {
    TemporaryFolder const folder;
    Context const context(Device::cpu);
    auto const disk = context.on_disk(folder.path());
    index_t const n = GENERATE(1, 1025, 3'000'001);
    {
        Tensor<double> const values(disk, {n});
        for (index_t i = 0; i < n; ++i) values.data()[i] = static_cast<double>(i);
        CHECK(std::filesystem::is_empty(folder.path())); // the file has no name: nothing stays, whatever happens
        CHECK(disk.allocator().use().live == values.bytes());
        CHECK(context.allocator().use().live == 0);
        CHECK(context.host().allocator().use().live == 0);
        auto const copy = values.to(context.host());
        CHECK(copy.data() != values.data());
        CHECK(copy.data()[n - 1] == static_cast<double>(n - 1));
        CHECK(disk.host() == context.host());
    }
    CHECK(disk.allocator().use().live == 0);
}

TEST_CASE("a disk without room is refused before anything is written", "[scratch]") {
    TemporaryFolder const folder;
    auto const disk = Context(Device::cpu).on_disk(folder / "missing");
    CHECK_THROWS_WITH(Tensor<double>(disk, {100}),
        Catch::Contains("missing: no room for 800 B of k-space") && Catch::Contains("No such file"));
    CHECK(disk.allocator().use().live == 0);
    auto const too_small = Context(Device::cpu).on_disk(folder.path());
    CHECK_THROWS_WITH(Tensor<double>(too_small, {index_t{1} << 52}), Catch::Contains("no room for"));
}

TEST_CASE("a rehearsal takes no room on a disk", "[scratch]") {
    auto const disk = Context::rehearsal(Device::cpu).on_disk("/nowhere");
    Tensor<double> const values(disk, {1000});
    CHECK(disk.allocator().use().live == 8000);
}
