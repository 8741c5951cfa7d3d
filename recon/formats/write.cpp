#include "recon/formats/write.h"

#include "recon/formats/format_table.h"
#include "recon/formats/validate.h"

namespace tessera {

void write_acquisition(std::filesystem::path const& path, Acquisition const& acquisition, std::string const& format) {
    validate(acquisition);
    std::vector<std::string_view> writable;
    for (Format const& f : formats()) {
        if (f.write && f.name == format) return f.write(path, acquisition);
        if (f.write) writable.emplace_back(f.name);
    }
    fail("format: '{}' cannot be written: expected one of {}", format, fmt::join(writable, ", "));
}

} // namespace tessera
