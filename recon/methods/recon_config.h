// The configuration of a reconstruction.
#pragma once

#include "core/device/device_config.h"
#include "recon/methods/method_config.h"
#include "recon/motion/states_config.h"
#include "recon/scan/scan_config.h"

namespace tessera {

struct OutputsConfig {
    bool hdf5 = true, nifti = true, cfl = false, png = true, gif = true, dicom = false, maps = false;
    index_t snr_replicas = 0;
    std::filesystem::path dicom_reference;
    void describe(ConfigVisitor& v) {
        v("hdf5", hdf5, "volume.h5: the complex image with its geometry.");
        v("nifti", nifti, "image_magnitude.nii.gz and image_phase.nii.gz.");
        v("cfl", cfl, "image.cfl and image.hdr for BART.");
        v("png", png, "views.png: three slices and maximum-intensity projections (several states: slices of each).");
        v("dicom", dicom, "dicom/image: MR Image Storage, a file a slice; with trust also dicom/trust_noise. Needs a build with DCMTK.");
        v("dicom_reference", dicom_reference,
            "dicom: a DICOM file whose patient and study they take; empty: what the input knows of them (ISMRMRD).");
        v("maps", maps, "maps.h5: the sensitivity maps [coil, z, y, x] that were used, of whitened, virtual coils where there are such.");
        v("snr_replicas", snr_replicas,
            "snr.nii.gz: the signal-to-noise ratio of every voxel, by so many more reconstructions with other noise; 0: none.",
            {.min = 0, .max = 1000});
        v("gif", gif, "Several states: states.gif, a coronal slice that moves.");
    }
};

struct ReconConfig : DeviceConfig, ScanConfig, MethodConfig {
    std::filesystem::path input, output;
    StatesConfig states;
    OutputsConfig outputs;
    bool trust = false;

    void describe(ConfigVisitor& v) {
        v("input", input, "The k-space file.", {.required = true});
        v("output", output, "The folder for results; made where it does not exist.", {.required = true});
        DeviceConfig::describe(v);
        ScanConfig::describe(v);
        MethodConfig::describe(v);
        v("states", states, "Respiratory states or frames of time, reconstructed one beside another.");
        v("outputs", outputs, "What is written.");
        v("trust", trust,
            "Two more reconstructions show what the image can be trusted with: one with a small sphere added in k-space, one with other noise.");
    }
};

} // namespace tessera
