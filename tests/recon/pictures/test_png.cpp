#include "recon/pictures/lettering.h"
#include "recon/pictures/orientation.h"
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

namespace {

// The value of an enlarged voxel, away from the letters at the middles of the edges.
int voxel(Image const& image, index_t left, index_t top, index_t times, index_t row, index_t column) {
    int const value = image(top + row * times, left + column * times);
    CHECK(image(top + row * times + times - 1, left + column * times + times - 1) == value);
    return value;
}

bool any_white(Image const& image, index_t top, index_t bottom, index_t left, index_t right) {
    for (index_t i = top; i < bottom; ++i)
        for (index_t j = left; j < right; ++j)
            if (image(i, j) == 255) return true;
    return false;
}

} // namespace

TEST_CASE("views have slices above projections, square pixels and one window", "[png]") {
    TemporaryFolder const folder;
    auto const volume = Tensor<real>::zeros(Context(), {2, 4, 6});
    auto const v = volume.view<3>();
    v(0, 1, 2) = 50;  // not in a central slice (1, 2, 3)
    v(1, 2, 3) = 100; // in all of them
    v(1, 0, 0) = 400; // brighter than the window
    Geometry geometry;
    geometry.fov_mm = {4, 4, 6}; // voxels of 2 x 1 x 1 mm
    write_png_views(folder / "a.png", volume, geometry, {0, 200});
    Image const image = read_png(folder / "a.png");
    // 6 x 4 along z, 6 x 4 (2 voxels of 2 mm) along y, 4 x 4 along x: 16 pixels, enlarged 50 times, gaps of 4
    index_t const times = 50, second = 4 * times + 4, y = 6 * times + 4, x = 12 * times + 8;
    REQUIRE(image.width == 16 * times + 2 * 4);
    REQUIRE(image.height > 2 * second);
    CHECK(voxel(image, 0, 0, times, 2, 3) == 128);
    CHECK(voxel(image, 0, 0, times, 0, 0) == 255);
    CHECK(voxel(image, 0, 0, times, 1, 2) == 0);
    CHECK(voxel(image, 0, second, times, 1, 2) == 64);
    CHECK(voxel(image, 0, second, times, 2, 3) == 128);
    // along y: z upwards, so slice z = 1 fills the two upper rows
    CHECK(voxel(image, y, 0, times, 1, 3) == 128);
    CHECK(voxel(image, y, 0, times, 2, 3) == 0);
    CHECK(voxel(image, y, second, times, 3, 2) == 64);
    CHECK(voxel(image, y, second, times, 0, 0) == 255);
    // along x: columns are y
    CHECK(voxel(image, x, 0, times, 1, 2) == 128);
    CHECK(voxel(image, x, second, times, 2, 1) == 64);
    // letters at the left edge of a dark voxel, and a caption
    CHECK(any_white(image, 90, 110, 0, 20));
    CHECK(any_white(image, 2 * second, image.height, 0, 800));
}

TEST_CASE("a 2D image is its slice alone", "[png]") {
    TemporaryFolder const folder;
    auto const volume = Tensor<real>::from(Context(), {1, 2, 2}, std::vector<real>{0, 1, 2, NAN});
    write_png_views(folder / "a.png", volume, {}, {0, 2});
    Image const image = read_png(folder / "a.png");
    CHECK(image.width == 800);
    CHECK(voxel(image, 0, 0, 400, 0, 1) == 128);
    CHECK(image(500, 100) == 255);
    CHECK(image(500, 500) == 0);
    CHECK_THAT(message_of([&] {
        write_png_views(folder / "a.png", volume, {}, {1, 1});
    }),
        Catch::Contains("the window from 1 to 1 is empty"));
}

TEST_CASE("letters name the sides of the patient", "[png]") {
    auto const text = [](Orientation const& o) {
        return std::string(o.low.begin(), o.low.end()) + std::string(o.high.begin(), o.high.end());
    };
    CHECK(text(orientation_of({})) == "IARSPL"); // z, y, x: LPS
    Geometry coronal;                            // x to the left, y to the feet, z to the back, a little oblique
    coronal.y_direction = {0, 0.1, -0.99};
    coronal.z_direction = {0, 0.99, 0.1};
    CHECK(text(orientation_of(coronal)) == "ASRPIL");
}

TEST_CASE("text is white on black and broken between words", "[png]") {
    Picture picture{20, 12, 1, std::vector<std::uint8_t>(240, 7)};
    draw_text(picture, 1, 1, "i", 1);
    CHECK(picture.pixels[2 * 20 + 3] == 255); // the middle of its upper bar
    CHECK(picture.pixels[3 * 20 + 2] == 0);
    CHECK(picture.pixels[3 * 20 + 15] == 7);
    draw_text(picture, 18, 10, "W", 3); // what lies outside is cut
    CHECK(broken("one two  three", 8) == std::vector<std::string>{"one two", "three"});
    CHECK(broken("", 8).empty());
}

TEST_CASE("the default window ignores background and a few bright voxels", "[png]") {
    Tensor<real> const volume(Context(), {1, 20, 100});
    for (index_t i = 0; i < volume.size(); ++i) volume.data()[i] = i < 1000 ? 0 : real(1);
    volume.data()[1500] = 1000;
    CHECK(default_window(volume).high == 1);
    volume.zero();
    CHECK(default_window(volume).high == 1);
}
