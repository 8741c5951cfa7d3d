// Scans to train and to measure on.
#pragma once

#include "core/files/expand_paths.h"
#include "nn/tape.h"
#include "recon/sense/data_term.h"
#include "recon/sense/held_out.h"
#include "recon/sense/sense_model.h"
#include "recon/sense/waiting_model.h"
#include "recon/training/data_config.h"

#include <future>

namespace tessera {

/// Readouts that an image has to predict, divided by Example::scale.
struct KspaceTarget {
    std::shared_ptr<SenseOperator const> model;
    Tensor<complex> all; ///< k-space of the scan, in host memory; not divided
    PointSelection chosen;
    double scale = 1;
    Tensor<real> weights; ///< [points]

    /// k-space [coil, points] in the memory of `context`.
    Tensor<complex> samples(Context const& context) const;
};

/// What one training step works on, in the memory of the device. All intensities are divided by `scale`.
struct Example {
    std::string name;
    double scale = 1;
    DataTerm data;
    std::optional<Tensor<complex>> target; ///< [z, y, x]; supervised
    std::optional<Tensor<real>> object;    ///< [z, y, x] in host memory; supervised: 1 in the object of the target
    std::optional<KspaceTarget> loss;      ///< self-supervised; in validation, what is reported
    std::optional<KspaceTarget> selection; ///< self-supervised, in validation: what the best weights are chosen by
};

/// Prepared scans in host memory. They may differ in matrix, coils and readouts.
class TrainingSet {
public:
    /// Reads and prepares the files. Draws are functions of `seed`. `progress` gets the number of files done.
    /// Throws Error naming the file and what it lacks.
    TrainingSet(Context const& context, std::vector<std::filesystem::path> const& files, DataConfig const& config, std::uint64_t seed,
        std::function<void(index_t)> const& progress = {});

    std::size_t size() const { return cases_.size(); }
    std::string const& name(std::size_t i) const { return cases_.at(i).name; }
    /// From the next example on.
    void use_coils_per_pass(index_t coils) { config_.scan.nufft.coils_per_pass = coils; }
    Scan const& scan(std::size_t i) const { return cases_.at(i).scan; }

    /// Self-supervised: which readouts of scan i are held out, and for what.
    HeldOutReadouts const& held_out(std::size_t i) const { return cases_.at(i).held_out; }

    /// Scan i with readouts drawn by (seed, draw). Self-supervised, the readouts that validation uses are never drawn.
    Example training_example(std::size_t i, std::uint64_t draw) const;
    /// Begins the host's part of training_example(i, draw), where there is one, on a thread of its own. That thread's errors are thrown by
    /// training_example(); another example does not wait for it.
    void prepare(std::size_t i, std::uint64_t draw) const;
    /// Scan i as it is measured on: with the same readouts every time. Self-supervised, the loss is that of the held-out ones,
    /// and neither they nor those of the selection are part of the input.
    Example validation_example(std::size_t i) const;

private:
    struct Case {
        std::string name;
        Scan scan;
        std::optional<Tensor<complex>> target;
        std::optional<Tensor<real>> object;
        double noise = 1; ///< of a sample
        NormalOperator normal = NormalOperator::toeplitz;
        HeldOutReadouts held_out;
        std::optional<SortedTrajectory> sorted; ///< where models are made of it again and again
    };
    /// A data term: on the device, or in host memory with its model waiting there.
    struct Input {
        double scale;
        Tensor<complex> b;
        ScanConditions conditions;
        std::shared_ptr<SenseOperator const> model;
        std::optional<WaitingModel> waiting;
    };

    Case prepare(std::filesystem::path const& file) const;
    /// Readouts of a step: its input and, self-supervised, its loss.
    std::vector<std::vector<index_t>> drawn(Case const& c, std::uint64_t draw) const;
    std::vector<HostPart> parts_of(Case const& c, std::vector<std::vector<index_t>> const& readouts) const;
    std::vector<HostPart> parts_of(std::size_t i, std::uint64_t draw) const;
    Input input_of(Case const& c, CoilMaps const& maps, HostPart const& readouts) const;
    Input input_of_all(std::size_t i) const;
    Example example(Case const& c, Input const& input) const;
    std::vector<index_t> some_readouts(Case const& c, double fraction, std::uint64_t stream) const;
    Example self_supervised(Case const& c, std::vector<HostPart> const& parts) const;

    Context context_;
    DataConfig config_;
    std::uint64_t seed_;
    std::vector<Case> cases_;
    mutable std::map<std::size_t, Input> kept_;
    /// The parts of an example to come. Last: its thread ends before what it reads.
    struct Ahead {
        std::pair<std::size_t, std::uint64_t> of;
        std::future<std::vector<HostPart>> parts;
    };
    mutable std::optional<Ahead> ahead_;
};

} // namespace tessera
