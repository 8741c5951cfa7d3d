// One step of a model, forward and back, with the feature maps of one block.
#pragma once

#include "recon/unrolled/block_partition.h"
#include "recon/unrolled/step_weights.h"

namespace tessera {

/// One scan on its way through a model, as all its steps see it.
struct ScanInBlocks {
    DataTerm data;                ///< without its b,
    mutable VolumeStore measured; ///< which waits here, where the checkpoints do
    BlockPartition partition;
    CheckpointPlace checkpoints;
    std::shared_ptr<SolverReport> report;

    ScanInBlocks(DataTerm measurement, MemoryConfig const& memory, Reach const& reach, std::shared_ptr<SolverReport> report);

    DataTerm whole_data() const;
};

/// x -> D(R(x)), or R(x) where there is no D. Cheap to copy.
class ModelStep {
public:
    /// number: how errors call the step, 1 for the first. Without a parameter, there is no data consistency.
    ModelStep(std::shared_ptr<ScanInBlocks const> scan, std::shared_ptr<Network const> network,
        std::shared_ptr<DataConsistencyStep const> consistency, std::optional<LearnedNumber> parameter, index_t number)
        : scan_(std::move(scan)), network_(std::move(network)), consistency_(std::move(consistency)), parameter_(std::move(parameter)),
          number_(number) {}

    using Fetch = std::function<Tensor<complex>()>;

    /// Lets go of x once it is not needed; `kept` is settled then, where x may be on its way to the host. CG works in four volumes.
    Tensor<complex> forward(Tensor<complex> x, VolumeStore& kept) const;
    /// Adds to the gradients of the parameters that are trained. From g = dL/dresult, which is overwritten, to dL/dx, or nothing where
    /// that is not wanted. `result` and `x` fetch volumes when they are needed, `x` after `result`, each at most once.
    Tensor<complex> backward(Tensor<complex> const& g, Fetch const& result, Fetch const& x, bool wanted) const;
    /// The step's Jacobian at x times v, [z, y, x]: R's by differences of its values, D's as it is. Not with respect to b.
    Tensor<complex> along(Tensor<complex> const& x, Tensor<complex> const& v) const;
    /// The step as an operation on a tape. Where the tape records, `kept` has x as its last volume, and gets the result.
    Var on_tape(Tape& tape, Var x, bool trained, std::shared_ptr<VolumeStore> const& kept) const;

    ScanInBlocks const& scan() const { return *scan_; }
    Network const& network() const { return *network_; }

private:
    std::shared_ptr<ScanInBlocks const> scan_;
    std::shared_ptr<Network const> network_;
    std::shared_ptr<DataConsistencyStep const> consistency_;
    std::optional<LearnedNumber> parameter_;
    index_t number_;
};

} // namespace tessera
