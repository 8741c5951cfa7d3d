#include "recon/pictures/gif.h"

#include "core/files/atomic_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <gif_lib.h>
#include <memory>
#include <utility>

namespace tessera {
namespace {

constexpr index_t kMaxGifSide = 65535;
constexpr int kGreys = 256;

int append(GifFileType* gif, GifByteType const* bytes, int count) {
    auto& file = *static_cast<AtomicFile*>(gif->UserData);
    try {
        file.write(std::span(bytes, static_cast<std::size_t>(count)));
    } catch (Error const&) {
        return 0;
    } // no exception passes through C; the library says that it could not write
    return count;
}

struct FreeMap {
    void operator()(ColorMapObject* map) const { GifFreeMapObject(map); }
};

std::unique_ptr<ColorMapObject, FreeMap> greys() {
    std::array<GifColorType, kGreys> colours;
    for (std::size_t i = 0; i < colours.size(); ++i) {
        auto const grey = static_cast<GifByteType>(i);
        colours[i] = {grey, grey, grey};
    }
    return std::unique_ptr<ColorMapObject, FreeMap>(GifMakeMapObject(kGreys, colours.data()));
}

/// An open file of the library; what it could not do is thrown as one sentence.
class GifFile {
public:
    explicit GifFile(AtomicFile& to, std::string name) : name_(std::move(name)), file_(EGifOpen(&to, append, &error_)) {
        require(file_ != nullptr, "{}: cannot write: {}", name_, reason());
        EGifSetGifVersion(file_, true); // 89a, which has moving pictures
    }
    ~GifFile() {
        if (file_) EGifCloseFile(file_, &error_);
    }
    GifFile(GifFile const&) = delete;
    GifFile& operator=(GifFile const&) = delete;

    /// f(file, ...) of the library.
    template <class F, class... Arguments> void call(F const& f, Arguments... arguments) {
        if (f(file_, arguments...) == GIF_OK) return;
        error_ = file_->Error;
        fail("{}: cannot write: {}", name_, reason());
    }
    void close() {
        int const closed = EGifCloseFile(std::exchange(file_, nullptr), &error_);
        require(closed == GIF_OK, "{}: cannot write: {}", name_, reason());
    }

private:
    std::string reason() const {
        char const* const words = GifErrorString(error_);
        return words ? words : "no reason is known";
    }

    std::string name_;
    int error_ = 0;
    GifFileType* file_;
};

void put_frame(GifFile& gif, Picture const& frame, int width, int hundredths) {
    std::array<GifByteType, 4> const control{0, static_cast<GifByteType>(hundredths & 255), static_cast<GifByteType>(hundredths >> 8), 0};
    gif.call(EGifPutExtension, GRAPHICS_EXT_FUNC_CODE, static_cast<int>(control.size()), control.data());
    gif.call(EGifPutImageDesc, 0, 0, width, static_cast<int>(frame.height), false, static_cast<ColorMapObject*>(nullptr));
    auto pixels = frame.pixels; // the library takes them as its own
    for (index_t row = 0; row < frame.height; ++row) gif.call(EGifPutLine, pixels.data() + row * frame.width, width);
}

} // namespace

void write_gif(std::filesystem::path const& path, std::vector<Picture> const& frames, double seconds) {
    require(!frames.empty(), "{}: cannot write: no pictures", path.string());
    Picture const& first = frames.front();
    for (auto const& f : frames)
        require(f.channels == 1 && f.width == first.width && f.height == first.height && f.width > 0 && f.width <= kMaxGifSide &&
                f.height > 0 && f.height <= kMaxGifSide && std::ssize(f.pixels) == f.width * f.height,
            "{}: cannot write: pictures of {} x {} and {} x {} pixels, of {} colours", path.string(), first.width, first.height, f.width,
            f.height, f.channels);
    auto const width = static_cast<int>(first.width);
    int const hundredths = static_cast<int>(std::clamp(std::lround(100 * seconds), 1l, 65535l));
    AtomicFile file(path);
    GifFile gif(file, path.string());
    gif.call(EGifPutScreenDesc, width, static_cast<int>(first.height), 8, 0, static_cast<ColorMapObject const*>(greys().get()));
    std::array<GifByteType, 3> const for_ever{1, 0, 0};
    gif.call(EGifPutExtensionLeader, APPLICATION_EXT_FUNC_CODE);
    gif.call(EGifPutExtensionBlock, 11, static_cast<void const*>("NETSCAPE2.0"));
    gif.call(EGifPutExtensionBlock, static_cast<int>(for_ever.size()), static_cast<void const*>(for_ever.data()));
    gif.call(EGifPutExtensionTrailer);
    for (auto const& frame : frames) put_frame(gif, frame, width, hundredths);
    gif.close();
    file.commit();
}

} // namespace tessera
