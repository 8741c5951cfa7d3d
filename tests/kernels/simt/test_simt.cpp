// The simt device itself: it must run right kernels right, in every thread order, and show the faults of wrong ones.
#ifdef TESSERA_HAS_SIMT
#define TESSERA_TARGET_SIMT
#include "kernels/launch.h"

#include "tests/support/catch.h"

#include <numeric>
#include <vector>

using namespace tessera;

namespace {

constexpr Stream kSimt{Device::simt, nullptr};

std::vector<real> numbers(std::size_t n) {
    std::vector<real> values(n);
    std::iota(values.begin(), values.end(), real(1)); // small integers: sums are exact in any order
    return values;
}

// A block's sum by shuffles within warps and shared memory between them.
template <int Threads> std::vector<real> sums_by_shuffles(std::vector<real> const& values) {
    auto const n = static_cast<index_t>(values.size());
    std::vector<real> sums(static_cast<std::size_t>(n / Threads), real(0));
    real const* const x = values.data();
    real* const result = sums.data();
    launch<Threads>(kSimt, n / Threads, 32 * sizeof(real), TESSERA_LAMBDA() {
        real* const partial = shared_memory<real>();
        real sum = x[blockIdx.x * Threads + threadIdx.x];
        for (unsigned delta = 16; delta > 0; delta /= 2) {
            real const other = __shfl_down_sync(0xffffffffu, sum, delta);
            if (threadIdx.x % 32 + delta < std::min(32u, Threads - threadIdx.x / 32 * 32)) sum += other;
        }
        if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
        __syncthreads();
        if (threadIdx.x == 0)
            for (int warp = 0; warp < (Threads + 31) / 32; ++warp) result[blockIdx.x] += partial[warp];
    });
    return sums;
}

// A tree in shared memory; without its barriers some orders read what has not been written yet.
template <bool Barrier> real sum_by_tree(std::vector<real> const& values) {
    constexpr int kThreads = 64;
    real sum = 0;
    real const* const x = values.data();
    real* const result = &sum;
    launch<kThreads>(kSimt, 1, kThreads * sizeof(real), TESSERA_LAMBDA() {
        real* const partial = shared_memory<real>();
        partial[threadIdx.x] = x[threadIdx.x];
        for (unsigned half = kThreads / 2; half > 0; half /= 2) {
            if constexpr (Barrier) __syncthreads();
            if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
        }
        if (threadIdx.x == 0) *result = partial[0];
    });
    return sum;
}

} // namespace

TEST_CASE("simt: block sums are right in every thread order", "[simt]") {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        simt::set_schedule_seed(seed);
        auto const values = numbers(3 * 128);
        auto const sums = sums_by_shuffles<128>(values);
        for (std::size_t b = 0; b < 3; ++b)
            CHECK(sums[b] ==
                std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(128 * b),
                    values.begin() + static_cast<std::ptrdiff_t>(128 * (b + 1)), real(0)));
        CHECK(sums_by_shuffles<48>(numbers(48)).front() == real(48 * 49 / 2)); // the last warp is half full
        CHECK(sum_by_tree<true>(numbers(64)) == real(64 * 65 / 2));
    }
}

TEST_CASE("simt: a deleted barrier shows in some thread order", "[simt]") {
    int wrong = 0;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        simt::set_schedule_seed(seed);
        if (!(sum_by_tree<false>(numbers(64)) == real(64 * 65 / 2))) ++wrong;
    }
    CHECK(wrong > 0);
}

TEST_CASE("simt: threads that diverge at a barrier or a shuffle are an error, and the device survives it", "[simt]") {
    CHECK_THROWS_AS(launch<64>(kSimt, 1, 0,
                        [] {
                            if (threadIdx.x < 40) __syncthreads();
                        }),
        std::logic_error);
    CHECK_THROWS_AS(launch<32>(kSimt, 1, 0,
                        [] {
                            if (threadIdx.x < 16) __shfl_xor_sync(0xffffffffu, 1, 1);
                        }),
        std::logic_error);
    CHECK_THROWS_AS(launch<64>(kSimt, 1, 0,
                        [] {
                            if (threadIdx.x == 3)
                                __syncwarp();
                            else
                                __syncthreads();
                        }),
        std::logic_error);
    CHECK_THROWS_AS(launch<32>(kSimt, 1, 0, [] { launch<32>(kSimt, 1, 0, [] {}); }), std::logic_error);
    CHECK_THROWS_AS(launch<32>(kSimt, 1, 0,
                        [] {
                            if (threadIdx.x == 7) throw std::out_of_range("a body's own error");
                        }),
        std::out_of_range);
    CHECK(sum_by_tree<true>(numbers(64)) == real(64 * 65 / 2));
}

TEST_CASE("simt: shared memory is poisoned anew for every block", "[simt]") {
    int finite = 0;
    launch<32>(kSimt, 5, 64 * sizeof(real), [&finite] {
        real* const shared = shared_memory<real>();
        if (!std::isnan(shared[threadIdx.x + 32])) ++finite;
        __syncthreads();
        shared[threadIdx.x + 32] = 1;
    });
    CHECK(finite == 0);
}

TEST_CASE("simt: warps exchange values by xor, by lane and in part", "[simt]") {
    std::vector<int> by_xor(64), by_lane(64), in_part(64, -1);
    launch<64>(kSimt, 1, 0, [&] {
        int const t = static_cast<int>(threadIdx.x);
        by_xor[threadIdx.x] = __shfl_xor_sync(0xffffffffu, t, 5);
        by_lane[threadIdx.x] = __shfl_sync(0xffffffffu, t, 7);
        if (t % 32 < 8) in_part[threadIdx.x] = __shfl_xor_sync(0x000000ffu, t, 1);
    });
    for (int t = 0; t < 64; ++t) {
        auto const i = static_cast<std::size_t>(t);
        CHECK(by_xor[i] == (t ^ 5));
        CHECK(by_lane[i] == t / 32 * 32 + 7);
        CHECK(in_part[i] == (t % 32 < 8 ? (t ^ 1) : -1));
    }
}

TEST_CASE("simt: atomics count every thread, and the order follows from the seed", "[simt]") {
    int count = 0;
    std::vector<unsigned> order;
    auto const run = [&](std::uint64_t seed) {
        simt::set_schedule_seed(seed);
        order.clear();
        count = 0;
        launch<96>(kSimt, 3, 0, [&] {
            atomicAdd(&count, 1);
            order.push_back(blockIdx.x * 96 + threadIdx.x);
        });
        return order;
    };
    auto const first = run(1), again = run(1), other = run(2);
    CHECK(count == 3 * 96);
    CHECK(first == again);
    CHECK(first != other);
}

TEST_CASE("simt: pointwise launches reach every index once", "[simt]") {
    index_t const n = GENERATE(0, 1, 31, 33, 5000);
    std::vector<int> visits(static_cast<std::size_t>(n));
    for_each(kSimt, n, [&](index_t i) { ++visits[static_cast<std::size_t>(i)]; });
    CHECK(visits == std::vector<int>(static_cast<std::size_t>(n), 1));
}

#endif
