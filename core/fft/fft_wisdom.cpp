#include "core/fft/fft_wisdom.h"

#include "core/fft/fftw.h"
#include "core/files/atomic_file.h"
#include "core/files/machine_numbers.h"
#include "core/terminal/log.h"

namespace tessera {

std::optional<std::filesystem::path> wisdom_file() {
    auto const folder = cache_folder();
    if (!folder) return {};
    return *folder / (sizeof(real) == 4 ? "fftw-float.wisdom" : "fftw-double.wisdom");
}

void load_wisdom() {
    // A missing file is a first run; one of another FFTW is refused by FFTW itself.
    if (auto const file = wisdom_file()) (void)TESSERA_FFTW(import_wisdom_from_filename)(file->c_str());
}

void save_wisdom() noexcept {
    try {
        auto const file = wisdom_file();
        if (!file) return;
        std::filesystem::create_directories(file->parent_path());
        AtomicFile target(*file);
        if (TESSERA_FFTW(export_wisdom_to_filename)(target.temporary().c_str())) target.commit();
    } catch (std::exception const& e) {
        log_debug("FFT plans are not kept: {}", e.what());
    }
}

} // namespace tessera
