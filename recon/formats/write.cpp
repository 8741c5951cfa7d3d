#include "recon/formats/write.h"

#include "recon/formats/format_table.h"
#include "recon/formats/validate.h"

namespace tessera {

std::vector<std::string> writable_formats() {
    std::vector<std::string> names;
    for (Format const& f : formats())
        if (f.write) names.emplace_back(f.name);
    return names;
}

void write_acquisition(std::filesystem::path const& path, Acquisition const& acquisition, std::string const& format) {
    validate(acquisition);
    for (Format const& f : formats())
        if (f.write && f.name == format) return f.write(path, acquisition);
    fail("format: '{}' cannot be written: expected one of {}", format, fmt::join(writable_formats(), ", "));
}

} // namespace tessera
