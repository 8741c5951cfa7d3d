#include "core/device/host_pages.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

using namespace tessera;

namespace {

constexpr std::size_t kPage = HostPages::kPage;

/// A block with a mark on each of its pages.
struct Block {
    char* memory;
    std::size_t bytes;

    Block(HostPages& pages, std::size_t n, char mark) : memory(static_cast<char*>(pages.take(n))), bytes(n) {
        REQUIRE(memory);
        CHECK(reinterpret_cast<std::uintptr_t>(memory) % 64 == 0);
        std::memset(memory, mark, n);
    }
    bool is(char mark) const {
        return std::all_of(memory, memory + bytes, [&](char c) { return c == mark; });
    }
};

} // namespace

TEST_CASE("pages that come back make later blocks of any size, and no block touches another", "[host_pages]") {
    HostPages pages;
    Block const a(pages, 3 * kPage, 'a'), b(pages, 2 * kPage - 5, 'b'), c(pages, kPage, 'c');
    CHECK(pages.kept() == 0);
    pages.give_back(a.memory, a.bytes);
    pages.give_back(c.memory, c.bytes);
    CHECK(pages.kept() == 4 * kPage);
    SECTION("a part of a range") {
        Block const d(pages, 2 * kPage, 'd');
        CHECK(pages.kept() == 2 * kPage);
        CHECK(b.is('b'));
        CHECK(d.is('d'));
    }
    SECTION("ranges apart, moved together") {
        Block const d(pages, 4 * kPage, 'd');
        CHECK(pages.kept() == 0);
        CHECK(b.is('b'));
        CHECK(d.is('d'));
        pages.give_back(b.memory, b.bytes);
        Block const e(pages, kPage + 1, 'e'); // b's, again
        CHECK(pages.kept() == 0);
        CHECK(d.is('d'));
        CHECK(e.is('e'));
    }
    SECTION("ranges moved together, and more of the system's") {
        Block const d(pages, 6 * kPage, 'd');
        CHECK(pages.kept() == 0);
        CHECK(b.is('b'));
        CHECK(d.is('d'));
        Block const e(pages, 2 * kPage, 'e');
        pages.give_back(d.memory, d.bytes);
        CHECK(pages.kept() == 6 * kPage);
        CHECK(e.is('e'));
    }
}

TEST_CASE("what is kept and what is in use never is more than what was in use at once", "[host_pages]") {
    HostPages pages;
    Block const a(pages, 2 * kPage, 'a'), b(pages, kPage, 'b');
    pages.give_back(a.memory, a.bytes);
    pages.give_back(b.memory, b.bytes);
    CHECK(pages.kept() == 3 * kPage);
    Block const c(pages, 5 * kPage, 'c');
    CHECK(pages.kept() == 0);
    pages.give_back(c.memory, c.bytes);
    for (std::size_t const n : {1, 2, 4, 5, 3}) {
        Block const d(pages, n * kPage, 'd');
        CHECK(pages.kept() == (5 - n) * kPage);
        pages.give_back(d.memory, d.bytes);
    }
    pages.release();
    CHECK(pages.kept() == 0);
}

TEST_CASE("more pages than there are addresses are refused", "[host_pages]") {
    HostPages pages;
    Block const a(pages, kPage, 'a');
    CHECK(pages.take(std::size_t{1} << 60) == nullptr);
    CHECK(pages.take(SIZE_MAX) == nullptr);
    CHECK(a.is('a'));
}
