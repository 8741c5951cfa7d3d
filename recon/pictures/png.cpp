#include "recon/pictures/png.h"

#include "core/files/atomic_file.h"

#include <png.h>

namespace tessera {

namespace {

constexpr index_t kMaxSide = 1 << 20;

} // namespace

std::vector<std::byte> encode_png(Picture const& p) {
    bool const fits = p.width > 0 && p.height > 0 && p.width <= kMaxSide && p.height <= kMaxSide && (p.channels == 1 || p.channels == 3) &&
        static_cast<index_t>(p.pixels.size()) == p.width * p.height * p.channels;
    require(fits, "png: {} bytes for an image of {} x {} pixels of {} bytes", p.pixels.size(), p.width, p.height, p.channels);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(p.width);
    image.height = static_cast<png_uint_32>(p.height);
    image.format = p.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    png_alloc_size_t bytes = 0;
    bool good = png_image_write_get_memory_size(image, bytes, 0, p.pixels.data(), 0, nullptr) != 0;
    std::vector<std::byte> encoded(bytes);
    good = good && png_image_write_to_memory(&image, encoded.data(), &bytes, 0, p.pixels.data(), 0, nullptr) != 0;
    require(good, "png: {}", image.message);
    encoded.resize(bytes);
    return encoded;
}

void write_png(std::filesystem::path const& path, Picture const& picture) {
    auto const encoded = encode_png(picture);
    AtomicFile file(path);
    file.write(std::span<std::byte const>(encoded));
    file.commit();
}

} // namespace tessera
