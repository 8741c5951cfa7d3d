#include "recon/formats/png.h"

#include "core/atomic_file.h"

#include <png.h>
#include <vector>

namespace tessera {

namespace {

constexpr index_t kMaxSide = 1 << 20;

} // namespace

void write_png_gray(std::filesystem::path const& path, index_t width, index_t height, std::span<std::uint8_t const> pixels) {
    require(width > 0 && height > 0 && width <= kMaxSide && height <= kMaxSide && static_cast<index_t>(pixels.size()) == width * height,
        "{}: cannot write: {} pixels for an image of {} x {}", path.string(), pixels.size(), width, height);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = PNG_FORMAT_GRAY;
    png_alloc_size_t bytes = 0;
    bool good = png_image_write_get_memory_size(image, bytes, 0, pixels.data(), 0, nullptr) != 0;
    std::vector<std::byte> encoded(bytes);
    good = good && png_image_write_to_memory(&image, encoded.data(), &bytes, 0, pixels.data(), 0, nullptr) != 0;
    require(good, "{}: cannot write: {}", path.string(), image.message);
    AtomicFile file(path);
    file.write(std::span<std::byte const>(encoded.data(), bytes));
    file.commit();
}

} // namespace tessera
