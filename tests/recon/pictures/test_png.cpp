#include "recon/pictures/png.h"
#include "tests/support/acquisitions.h"
#include "tests/support/temporary_folder.h"

#include <png.h>

using namespace tessera;
using namespace tessera::test;

namespace {

struct Image {
    index_t width, height;
    std::vector<std::uint8_t> pixels;
    int operator()(index_t row, index_t column) const { return pixels[static_cast<std::size_t>(row * width + column)]; }
};

Image read_png(std::filesystem::path const& path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_file(&image, path.c_str()));
    image.format = PNG_FORMAT_GRAY;
    std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
    REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr));
    return {image.width, image.height, pixels};
}

} // namespace

TEST_CASE("grey pixels are written as they are", "[png]") {
    TemporaryFolder const folder;
    std::vector<std::uint8_t> const pixels{0, 1, 127, 128, 254, 255};
    write_png(folder / "a.png", {3, 2, 1, pixels});
    Image const image = read_png(folder / "a.png");
    CHECK(image.width == 3);
    CHECK(image.height == 2);
    CHECK(image.pixels == pixels);
    CHECK(message_of([&] { write_png(folder / "b.png", {4, 2, 1, pixels}); }) == "png: 6 bytes for an image of 4 x 2 pixels of 1 bytes");
    CHECK(!std::filesystem::exists(folder / "b.png"));
}

TEST_CASE("coloured pixels are encoded as they are", "[png]") {
    std::vector<std::uint8_t> const pixels{255, 0, 0, 1, 2, 3};
    auto const encoded = encode_png({2, 1, 3, pixels});
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_memory(&image, encoded.data(), encoded.size()));
    image.format = PNG_FORMAT_RGB;
    std::vector<std::uint8_t> found(PNG_IMAGE_SIZE(image));
    REQUIRE(png_image_finish_read(&image, nullptr, found.data(), 0, nullptr));
    CHECK(image.width == 2);
    CHECK(found == pixels);
}

TEST_CASE("views have slices above projections, square pixels and one window", "[png]") {
    TemporaryFolder const folder;
    auto const volume = Tensor<real>::zeros(Context(), {2, 4, 6}); // voxels of 2 x 1 x 1 mm
    auto const v = volume.view<3>();
    v(0, 1, 2) = 50;  // not in a central slice (1, 2, 3)
    v(1, 2, 3) = 100; // in all of them
    v(1, 0, 0) = 400; // brighter than the window
    write_png_views(folder / "a.png", volume, {2, 1, 1}, {0, 200});
    Image const image = read_png(folder / "a.png");
    // 6 x 4 along z, 6 x 4 (2 voxels of 2 mm) along y, 4 x 4 along x, gaps of 2
    REQUIRE(image.width == 6 + 2 + 6 + 2 + 4);
    REQUIRE(image.height == 4 + 2 + 4);
    CHECK(image(2, 3) == 128);
    CHECK(image(0, 0) == 255);
    CHECK(image(1, 2) == 0);
    CHECK(image(6 + 1, 2) == 64);
    CHECK(image(6 + 2, 3) == 128);
    // along y: z upwards, so slice z = 1 fills the two upper rows
    CHECK(image(0, 8 + 3) == 128);
    CHECK(image(1, 8 + 3) == 128);
    CHECK(image(2, 8 + 3) == 0);
    CHECK(image(6 + 3, 8 + 2) == 64);
    CHECK(image(6 + 0, 8 + 0) == 255);
    // along x: columns are y
    CHECK(image(0, 16 + 2) == 128);
    CHECK(image(6 + 2, 16 + 1) == 64);
}

TEST_CASE("a 2D image is its slice alone", "[png]") {
    TemporaryFolder const folder;
    auto const volume = Tensor<real>::from(Context(), {1, 2, 2}, std::vector<real>{0, 1, 2, NAN});
    write_png_views(folder / "a.png", volume, {0, 0, 0}, {0, 2});
    Image const image = read_png(folder / "a.png");
    CHECK(image.pixels == std::vector<std::uint8_t>{0, 128, 255, 0});
    CHECK(image.width == 2);
    CHECK_THAT(message_of([&] { write_png_views(folder / "a.png", volume, {1, 1, 1}, {1, 1}); }), Catch::Contains("the window from 1 to 1 is empty"));
}

TEST_CASE("the default window ignores background and a few bright voxels", "[png]") {
    Tensor<real> const volume(Context(), {1, 20, 100});
    for (index_t i = 0; i < volume.size(); ++i) volume.data()[i] = i < 1000 ? 0 : real(1);
    volume.data()[1500] = 1000;
    CHECK(default_window(volume).high == 1);
    volume.zero();
    CHECK(default_window(volume).high == 1);
}
