#include "recon/formats/write.h"

#include "recon/formats/cfl.h"
#include "recon/formats/mri_raw.h"
#include "recon/formats/plain_hdf5.h"
#include "recon/formats/validate.h"

namespace tessera {

void write_acquisition(std::filesystem::path const& path, Acquisition const& acquisition, std::string const& format) {
    validate(acquisition);
    if (format == "tessera") write_tessera(path, acquisition);
    else if (format == "mri_raw") write_mri_raw(path, acquisition);
    else if (format == "bart") write_bart(path, acquisition);
    else fail("format: '{}' cannot be written: expected tessera, mri_raw or bart", format);
}

} // namespace tessera
