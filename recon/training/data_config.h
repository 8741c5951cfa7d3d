// What a network is trained on.
#pragma once

#include "recon/scan/scan_config.h"
#include "recon/sense/cg_sense.h"

namespace tessera {

enum class Supervision {
    supervised,     ///< towards a target image
    self_supervised ///< towards readouts that the network's input does not have
};
constexpr std::array<std::string_view, 2> config_names(Supervision) { return {"supervised", "self_supervised"}; }

enum class TargetSource {
    reference,     ///< the reference volume of the file
    reconstruction ///< iterative SENSE of all readouts
};
constexpr std::array<std::string_view, 2> config_names(TargetSource) { return {"reference", "reconstruction"}; }

enum class KeptOperators { nothing, host, device };
constexpr std::array<std::string_view, 3> config_names(KeptOperators) { return {"nothing", "host", "device"}; }

struct DataConfig {
    std::vector<std::filesystem::path> train, validation;
    Supervision supervision = Supervision::supervised;
    TargetSource target = TargetSource::reference;
    CgConfig target_cg;
    std::optional<std::array<double, 2>> readouts;
    double loss_fraction = 0.4;
    double held_out = 0.1;
    double selection = 0.05;
    KeptOperators keep_operators = KeptOperators::host;
    NormalOperator normal = NormalOperator::automatic;
    ScanConfig scan;

    /// Whether a step takes other readouts than the one before.
    bool draws() const { return readouts || supervision == Supervision::self_supervised; }

    void describe(ConfigVisitor& v) {
        v("train", train, "k-space files, or folders of .h5 files, to train on.", {.required = true});
        v("validation", validation, "The same, to measure on and never to train on.");
        v("supervision", supervision, "Towards a target image, or towards readouts left out of the input.");
        v("target", target, "supervised: the file's reference volume, or iterative SENSE of all its readouts.");
        v("target_cg", target_cg, "supervised, target reconstruction: how it is found.");
        v("readouts", readouts, "supervised: part of the readouts, at least and at most, that a step draws as its input; null: all.",
            {.above = 0, .max = 1});
        v("loss_fraction", loss_fraction, "self_supervised: part of the readouts that a step draws for the loss; the others are the input.",
            {.above = 0, .max = 0.9});
        v("held_out", held_out, "self_supervised: part of the readouts that training never sees; the errors reported are those on them.",
            {.above = 0, .max = 0.5});
        v("selection", selection,
            "self_supervised: part of the other readouts that training never sees either; the best weights are those with the least error on "
            "them.",
            {.above = 0, .max = 0.5});
        v("keep_operators", keep_operators,
            "What is kept of every file from step to step: its gridded image and normal operator, on the device or in host memory, or, where "
            "steps draw readouts, its sorted trajectory, in host memory.");
        v("normal", normal,
            "Normal operator: a convolution on a doubled grid, gridding forth and back, or the faster of them on this machine.");
        v("scan", scan, "How the files are read and prepared.");
    }
};

} // namespace tessera
