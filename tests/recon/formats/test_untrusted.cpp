// Files that are read in a child process: what they hold, and what ends the child but not the program.
#include "recon/formats/untrusted.h"
#include "recon/formats/write.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <fstream>
#include <sys/stat.h>

using namespace tessera;
using namespace tessera::test;

TEST_CASE("a scan read in a child process is the scan", "[untrusted]") {
    TemporaryFolder const folder;
    auto const a = random_acquisition();
    std::string const format = GENERATE("tessera", "mri_raw");
    write_acquisition(folder / "a.h5", a, format);
    auto const plain = read_acquisition(folder / "a.h5");
    ReadOptions options;
    options.untrusted = true;
    auto const found = read_acquisition(folder / "a.h5", options);
    CHECK(same(found.kspace, plain.kspace));
    CHECK(same(found.trajectory, plain.trajectory));
    CHECK(same(found.weights, plain.weights));
    CHECK(same(found.noise, plain.noise));
    CHECK(same(found.maps, plain.maps));
    CHECK(found.matrix == plain.matrix);
    CHECK(found.geometry.fov_mm == plain.geometry.fov_mm);
    CHECK(found.source == plain.source);
    CHECK(found.format == format);
    CHECK(found.notes == plain.notes);
}

TEST_CASE("a refusal in a child process is the refusal", "[untrusted]") {
    TemporaryFolder const folder;
    ReadOptions options;
    options.untrusted = true;
    CHECK(message_of([&] { read_acquisition(folder / "none.h5", options); }) == (folder / "none.h5").string() + ": no such file");
    std::ofstream(folder / "a.h5") << "text";
    CHECK_THAT(message_of([&] { read_acquisition(folder / "a.h5", options); }), Catch::Contains("not a scan in a known format"));
}

TEST_CASE("a child that takes too long or too much memory ends alone", "[untrusted]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.h5";
    write_acquisition(path, random_acquisition(8, 512, 512, {64, 64, 64}));
    CHECK(message_of([&] { read_untrusted(path, {}, {std::uintmax_t{4} << 30, 60}); }) == "no error");
    CHECK_THAT(message_of([&] {
        read_untrusted(path, {}, {1 << 20, 60});
    }),
        Catch::StartsWith(path.string() + ": ") || Catch::Contains("memory"));

    auto const fifo = folder / "pipe.hdr"; // opening it waits for a writer that never comes
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    ReadOptions bart;
    bart.format = "bart";
    CHECK(message_of([&] {
        read_untrusted(folder / "pipe", bart, {std::uintmax_t{1} << 30, 1});
    }) == (folder / "pipe").string() + ": reading took more than 1 s");
}
