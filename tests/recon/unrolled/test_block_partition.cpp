#include "core/arrays/tensor.h"
#include "kernels/arrays/copy_box.h"
#include "recon/unrolled/block_partition.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("cores cover every voxel once and are read with their halo", "[blocks]") {
    auto const volume = GENERATE(Matrix{1, 1, 1}, Matrix{7, 13, 5}, Matrix{8, 8, 8}, Matrix{1, 17, 9}, Matrix{33, 2, 31});
    auto const patch = GENERATE(Matrix{1, 4, 3}, Matrix{8, 8, 8}, Matrix{64, 5, 64});
    auto const [halo, alignment] = GENERATE(table<index_t, index_t>({{0, 1}, {3, 1}, {2, 4}, {5, 8}, {40, 2}}));
    BlockPartition const partition(volume, patch, halo, alignment);
    std::vector<int> covered(static_cast<std::size_t>(volume[0] * volume[1] * volume[2]));
    for (auto const& block : partition.blocks()) {
        for (int d = 0; d < 3; ++d) {
            CHECK(block.core.extent()[d] >= 1);
            CHECK(block.core.extent()[d] <= patch[d]);
            CHECK(block.read.low[d] % alignment == 0);
            CHECK((block.read.high[d] % alignment == 0 || block.read.high[d] == volume[d]));
            CHECK(block.read.low[d] <= std::max<index_t>(0, block.core.low[d] - halo));
            CHECK(block.read.high[d] >= std::min(volume[d], block.core.high[d] + halo));
            CHECK(block.read.low[d] > block.core.low[d] - halo - alignment);
            CHECK(block.read.high[d] < block.core.high[d] + halo + alignment);
            CHECK((block.core.low[d] % partition.core()[d]) == 0);
        }
        for (index_t z = block.core.low[0]; z < block.core.high[0]; ++z)
            for (index_t y = block.core.low[1]; y < block.core.high[1]; ++y)
                for (index_t x = block.core.low[2]; x < block.core.high[2]; ++x)
                    ++covered[static_cast<std::size_t>((z * volume[1] + y) * volume[2] + x)];
    }
    CHECK(std::all_of(covered.begin(), covered.end(), [](int n) { return n == 1; }));
}

TEST_CASE("volumes are divided evenly and bad sizes refused", "[blocks]") {
    CHECK(BlockPartition({70, 64, 65}, {64, 64, 64}, 0).core() == Matrix{35, 64, 33});
    CHECK(BlockPartition({9, 9, 9}, {4, 4, 4}, 0).blocks().size() == 27); // 3 + 3 + 3 voxels
    CHECK_THROWS_AS(BlockPartition({0, 4, 4}, {4, 4, 4}, 0), Error);
    CHECK_THROWS_AS(BlockPartition({4, 4, 4}, {4, 0, 4}, 0), Error);
    CHECK_THROWS_AS(BlockPartition({4, 4, 4}, {4, 4, 4}, -1), Error);
    CHECK_THROWS_AS(BlockPartition({4, 4, 4}, {4, 4, 4}, 0, 0), Error);
}

TEST_CASE("boxes are copied and added between volumes", "[blocks]") {
    Context const ctx = each_device();
    auto const from = Tensor<complex>::from(ctx, {3, 5, 7}, random_complex(105, 1)),
               to = Tensor<complex>::from(ctx, {4, 4, 4}, random_complex(64, 2));
    bool const add = GENERATE(false, true);
    auto const extent = GENERATE(std::array<index_t, 3>{2, 3, 4}, std::array<index_t, 3>{1, 1, 1}, std::array<index_t, 3>{0, 2, 2});
    auto expected = to.to_host();
    auto const values = from.to_host();
    for (index_t z = 0; z < extent[0]; ++z)
        for (index_t y = 0; y < extent[1]; ++y)
            for (index_t x = 0; x < extent[2]; ++x) {
                auto& target = expected[static_cast<std::size_t>(((z + 2) * 4 + y + 1) * 4 + x)];
                auto const value = values[static_cast<std::size_t>(((z + 1) * 5 + y + 2) * 7 + x + 3)];
                target = add ? target + value : value;
            }
    enqueue(ctx.stream(), CopyBox{from.view<3>(), {1, 2, 3}, to.view<3>(), {2, 1, 0}, {extent[0], extent[1], extent[2]}, add});
    CHECK(to.to_host() == expected);
}
