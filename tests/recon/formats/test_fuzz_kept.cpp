// Inputs that once broke a parser, and seeds with bytes flipped and cut: none may do more than throw the sentence for a user.
#include "tests/fuzz/targets.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <iterator>
#include <random>

using namespace tessera;
namespace fs = std::filesystem;

namespace {

std::vector<std::uint8_t> bytes_of(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("inputs that once broke a parser are refused or read", "[fuzz]") {
    for (auto const& target : fuzz::targets()) {
        fs::path const kept = fs::path(TESSERA_SOURCE_DIR) / "tests/fuzz/kept" / target.name;
        if (!fs::exists(kept)) continue;
        for (auto const& entry : fs::directory_iterator(kept)) {
            CAPTURE(entry.path().string());
            CHECK_NOTHROW(target.read(bytes_of(entry.path())));
        }
    }
}

TEST_CASE("right inputs that were damaged a little are refused or read", "[fuzz]") {
    std::mt19937 random(7);
    for (auto const& target : fuzz::targets()) {
        bool const library = target.read == fuzz::target("tessera").read; // HDF5 has faults of its own
        test::TemporaryFolder const folder;
        target.seeds(folder.path());
        if (auto const right = fs::path(TESSERA_SOURCE_DIR) / "tests/fuzz/kept" / target.name / "right"; fs::exists(right))
            fs::copy(right, folder.path());
        for (auto const& entry : fs::directory_iterator(folder.path())) {
            auto const seed = bytes_of(entry.path());
            CAPTURE(target.name, entry.path().filename().string());
            CHECK_NOTHROW(target.read(seed));
            for (int i = 0; i < (library ? 20 : 300); ++i) {
                auto bytes = seed;
                if (library || i % 3 == 0) bytes.resize(random() % (bytes.size() + 1));
                for (int flips = library ? 0 : i % 5; flips > 0 && !bytes.empty(); --flips)
                    bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
                CHECK_NOTHROW(target.read(bytes));
            }
        }
    }
}
