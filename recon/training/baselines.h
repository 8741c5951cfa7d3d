// Reconstructions without training that a self-supervised run is measured beside.
#pragma once

#include "recon/training/training_set.h"

#include <filesystem>
#include <map>

namespace tessera {

struct BaselineConfig {
    std::vector<double> l1_wavelet{3e-3, 1e-2, 3e-2, 0.1, 0.3};
    index_t iterations = 50;

    void describe(ConfigVisitor& v) {
        v("l1_wavelet", l1_wavelet, "Weights to try for compressed sensing (method l1-wavelet); empty: it is left out.", {.min = 0});
        v("iterations", iterations, "Iterations of each, at most.", {.min = 1});
    }
};

/// What one method can do with the input of a validation: its weight has the least error on the selection.
struct Baseline {
    double lambda = 0;
    double kspace_error = std::numeric_limits<double>::quiet_NaN(); ///< of the readouts that are reported; NaN where there is none
};

struct ScanBaselines {
    Baseline sense, l1_wavelet;
};

/// ||W^1/2 (A x - y)|| / ||W^1/2 y|| of an image [z, y, x].
double kspace_error(KspaceTarget const& of, Tensor<complex> const& image);

/// The baselines of validation scans. They are found once; where a file is kept, a run that goes on takes them from there.
class Baselines {
public:
    explicit Baselines(BaselineConfig config) : config_(std::move(config)) {}

    /// Takes what the file has and adds to it what is found; entries of other data or another configuration do not count.
    /// A file that cannot be read is as none, with a warning.
    void keep_in(std::filesystem::path const& file);

    /// Of a validation example. Throws Error; where memory does not suffice for a method, it is left out with a warning.
    ScanBaselines const& of(Example const& example);

private:
    std::string key_of(Example const& example) const; ///< what the figures depend on
    ScanBaselines find(Example const& example) const;
    void write() const;

    BaselineConfig config_;
    std::filesystem::path file_;
    std::map<std::string, ScanBaselines> found_; ///< by key_of()
};

} // namespace tessera
