// The configuration of a comparison.
#pragma once

#include "recon/methods/recon_config.h"

namespace tessera {

/// One of the methods that are compared.
struct NamedMethod : MethodConfig {
    std::string name;
    void describe(ConfigVisitor& v) {
        v("name", name, "How tables call it; empty: the method's name.");
        MethodConfig::describe(v);
    }
};

struct LesionConfig {
    double radius = 2;
    double contrast = 0.3;
    std::optional<PerAxis> centre;
    void describe(ConfigVisitor& v) {
        v("radius", radius, "Radius in voxels.", {.above = 0});
        v("contrast", contrast, "Signal that is added, relative to the bright parts of the image (its 99.5th percentile).", {.above = 0});
        v("centre", centre, "Its centre in voxels z, y, x; null chooses a dark homogeneous place in the object.");
    }
};

/// Checks that show a method which draws what it expects instead of what was measured.
struct TrustConfig {
    index_t files = 1;
    LesionConfig lesion;
    std::uint64_t seed = 1;
    void describe(ConfigVisitor& v) {
        v("files", files, "On how many of the inputs the checks run; 0: on none. Each costs two more reconstructions with every method.",
            {.min = 0});
        v("lesion", lesion, "A small sphere added in k-space, which must come back with its contrast.");
        v("seed", seed, "Of the second realisation of the noise.");
    }
};

struct ComparisonConfig : DeviceConfig, ScanConfig {
    std::vector<std::filesystem::path> input;
    std::vector<std::filesystem::path> reference;
    std::filesystem::path output;
    std::vector<NamedMethod> methods;
    std::filesystem::path weights;
    std::string against;
    std::optional<double> held_out;
    TrustConfig trust;
    double error_factor = 5;
    index_t pictures = 4;
    bool volumes = true;

    void describe(ConfigVisitor& v) {
        v("input", input, "k-space files, or folders of .h5 files.", {.required = true});
        v("reference", reference,
            "What the images should be: a volume (.nii, .nii.gz, or volume.h5 of tessera-recon) for each input, in their "
            "order; empty: the references of the inputs, where they have any.");
        v("output", output, "The folder for tables and report; made where it does not exist.", {.required = true});
        v("methods", methods, "What is compared; empty: gridding, and cg-sense, l1-wavelet and tv at the best of several weights.");
        v("weights", weights, "Trained weights (safetensors): adds mbdl with them to the methods.");
        v("against", against, "The method that others are compared with case by case; empty: the last.");
        v("held_out", held_out,
            "Part of the readouts that images are made without, to see how they predict them; 0: none; null: 0.1 where there is "
            "no reference.",
            {.min = 0, .max = 0.9});
        v("trust", trust, "Checks with an inserted lesion and with other noise.");
        v("error_factor", error_factor, "Error maps are shown so many times brighter than images.", {.above = 0});
        v("pictures", pictures, "How many of the inputs are shown in the report.", {.min = 0});
        v("volumes", volumes,
            "Writes the magnitude of every image as NIfTI: volumes/<case>/<method>.nii.gz, scaled to the reference where there is one.");
        DeviceConfig::describe(v);
        ScanConfig::describe(v);
    }

    /// /methods, or what stands for none, with /weights; all have names.
    /// Throws Error for two methods of one name.
    std::vector<NamedMethod> named_methods() const;
};

} // namespace tessera
