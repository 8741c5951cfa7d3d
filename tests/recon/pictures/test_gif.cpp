// Moving pictures, read back with the library that others read them with.
#include "recon/pictures/gif.h"
#include "tests/support/acquisitions.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <gif_lib.h>

using namespace tessera;
using namespace tessera::test;

namespace {

Picture frame(index_t width, index_t height, int seed) {
    Picture p{width, height, 1, {}};
    for (index_t i = 0; i < width * height; ++i) p.pixels.push_back(static_cast<std::uint8_t>((i * 7 + seed * 31) % 256));
    return p;
}

} // namespace

TEST_CASE("a moving picture has its frames, their time, and no end", "[pictures]") {
    TemporaryFolder const folder;
    std::vector<Picture> const frames{frame(17, 5, 1), frame(17, 5, 2), frame(17, 5, 3)};
    write_gif(folder / "a.gif", frames, 0.2);
    int error = 0;
    GifFileType* const gif = DGifOpenFileName((folder / "a.gif").c_str(), &error);
    REQUIRE(gif != nullptr);
    REQUIRE(DGifSlurp(gif) == GIF_OK);
    CHECK(gif->SWidth == 17);
    CHECK(gif->SHeight == 5);
    REQUIRE(gif->ImageCount == 3);
    for (int f = 0; f < 3; ++f) {
        auto const& pixels = frames[static_cast<std::size_t>(f)].pixels;
        bool same = true;
        for (std::size_t i = 0; i < pixels.size(); ++i)
            same = same && gif->SColorMap->Colors[gif->SavedImages[f].RasterBits[i]].Green == pixels[i];
        CHECK(same);
        GraphicsControlBlock control;
        REQUIRE(DGifSavedExtensionToGCB(gif, f, &control) == GIF_OK);
        CHECK(control.DelayTime == 20);
    }
    bool for_ever = false;
    for (int e = 0; e < gif->SavedImages[0].ExtensionBlockCount; ++e) {
        auto const& block = gif->SavedImages[0].ExtensionBlocks[e];
        for_ever = for_ever || (block.ByteCount == 11 && std::string(reinterpret_cast<char const*>(block.Bytes), 11) == "NETSCAPE2.0");
    }
    CHECK(for_ever);
    DGifCloseFile(gif, &error);
}

TEST_CASE("pictures of other sizes, with colours, or none make no moving picture", "[pictures]") {
    TemporaryFolder const folder;
    auto const path = folder / "a.gif";
    CHECK_THAT(message_of([&] { write_gif(path, {}, 1); }), Catch::Contains("no pictures"));
    CHECK_THAT(message_of([&] { write_gif(path, {frame(4, 4, 1), frame(4, 5, 1)}, 1); }), Catch::Contains("4 x 4 and 4 x 5"));
    auto colour = frame(4, 4, 1);
    colour.channels = 3;
    CHECK_THAT(message_of([&] { write_gif(path, {colour}, 1); }), Catch::Contains("cannot write"));
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK_THAT(message_of([&] { write_gif(folder / "none" / "a.gif", {frame(2, 2, 1)}, 1); }), Catch::Contains("none"));
}
