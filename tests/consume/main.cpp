// A program outside of the project: reads a scan, transforms it, reconstructs it, writes NIfTI.
#include "recon/formats/nifti/nifti.h"
#include "recon/formats/read.h"
#include "recon/methods/methods.h"
#include "recon/nufft/nufft.h"
#include "recon/scan/scan.h"

#include <cstdio>

using namespace tessera;

int main(int argc, char** argv) {
    if (argc != 3) return std::fprintf(stderr, "usage: consume scan.h5 stem\n"), 2;
    try {
        Context const context; // the CPU
        Acquisition const scan = read_acquisition(argv[1]);
        std::printf("%s: %d coils\n", scan.format.c_str(), static_cast<int>(scan.coils()));

        Nufft const nufft(context, scan.matrix, scan.trajectory);
        Tensor<complex> const gridded(context, {scan.coils(), scan.matrix[0], scan.matrix[1], scan.matrix[2]});
        nufft.adjoint(scan.kspace.to(context).reshape({scan.coils(), nufft.points()}), gridded);

        ReconConfig config; // iterative SENSE
        config.cg.iterations = 10;
        Scan const prepared = prepare_scan(context, scan, config, config.needs_maps());
        Tensor<complex> const image = Reconstructor(prepared, config)(config);
        write_nifti_complex(argv[2], image, prepared.geometry);
    } catch (Error const& e) {
        return std::fprintf(stderr, "error: %s\n", e.what()), 1;
    }
}
