#include "recon/training/baselines.h"

#include "core/config/json_watch.h"
#include "core/files/atomic_file.h"
#include "core/terminal/log.h"
#include "nn/apply.h"
#include "nn/complex_channels.h"
#include "nn/losses/difference.h"
#include "recon/compressed_sensing/compressed_sensing.h"
#include "recon/sense/cg_sense.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

namespace tessera {
namespace {

/// The weight whose image predicts the selection best. `image` makes one for a weight; running out of memory leaves the method out.
template <class F> Baseline best_of(Example const& e, char const* method, std::vector<double> const& weights, F const& image) try {
    Baseline best;
    double least = std::numeric_limits<double>::infinity();
    for (double const lambda : weights) {
        auto const x = image(lambda);
        double const error = kspace_error(*e.selection, x);
        if (!(error < least)) continue;
        least = error;
        best = {lambda, kspace_error(*e.loss, x)};
    }
    if (weights.empty()) return best;
    log_info("{}: {} predicts held-out readouts with an error of {:.4f} at lambda {:g}, the best of {} for the selection", e.name, method,
        best.kspace_error, best.lambda, weights.size());
    auto const [low, high] = std::minmax_element(weights.begin(), weights.end());
    if (*low < *high && (best.lambda == *high || (best.lambda == *low && *low > 0)))
        log_info("{}: {:g} is at an end of the weights tried; {} may do better with others", e.name, best.lambda, method);
    return best;
} catch (OutOfMemory const& error) {
    log_warn("{}: no {} beside the network: {}", e.name, method, error.what());
    return {};
}

nlohmann::json json_of(Baseline const& b) {
    if (!std::isfinite(b.kspace_error)) return nullptr;
    return {{"lambda", b.lambda}, {"kspace_error", b.kspace_error}};
}

Baseline baseline_of(nlohmann::json const& json) {
    if (json.is_null()) return {};
    return {json.at("lambda").get<double>(), json.at("kspace_error").get<double>()};
}

} // namespace

double kspace_error(KspaceTarget const& of, Tensor<complex> const& image) {
    Tape tape(Tape::Mode::skip);
    auto const predicted = apply(tape, of.model, Var(as_channels(image)));
    return std::sqrt(
        static_cast<double>(weighted_l2_loss(tape, predicted, of.samples(image.context()), of.weights).value().to_host().at(0)));
}

void Baselines::keep_in(std::filesystem::path const& file) {
    file_ = file;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return;
    std::ifstream stream(file);
    std::string const text(std::istreambuf_iterator<char>(stream), {});
    auto const kept = parse_or_discard<nlohmann::json>(text);
    try {
        for (auto const& entry : kept)
            found_[entry.at("of").get<std::string>()] = {baseline_of(entry.at("sense")), baseline_of(entry.at("l1_wavelet"))};
    } catch (nlohmann::json::exception const&) {
        found_.clear();
    }
    if (found_.empty()) log_warn("{}: not readable; the baselines are found again", file.string());
}

ScanBaselines const& Baselines::of(Example const& e) {
    auto const key = key_of(e);
    if (!found_.contains(key)) {
        found_[key] = find(e);
        write();
    }
    return found_[key];
}

// The intensity, a percentile of the gridded image, is another one for other data, readouts, coils, weights or maps; its last digits
// are no function of these on a GPU.
std::string Baselines::key_of(Example const& e) const {
    return fmt::format("{}: {}, {} points, intensity {:.4g}, {}", e.name, e.data.b.shape().str(),
        e.loss->weights.size() + e.selection->weights.size(), e.scale, nlohmann::json::parse(config_json(config_)).dump());
}

ScanBaselines Baselines::find(Example const& e) const {
    ScanBaselines found;
    found.sense = best_of(e, "iterative SENSE", {0.0, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0}, [&](double lambda) {
        auto const x = Tensor<complex>::zeros(e.data.b.context(), e.data.b.shape());
        cg_sense(e.data, {.iterations = 50, .tolerance = 1e-3, .lambda = lambda}, x);
        return x;
    });
    LeastSquares const problem{e.data}; // scaled already; the energy is a constant
    std::optional<double> lipschitz;
    found.l1_wavelet = best_of(e, "l1-wavelet", config_.l1_wavelet, [&](double lambda) {
        auto const result = reconstruct_l1_wavelet(problem, {.lambda = lambda, .levels = {}, .iterations = config_.iterations},
            {.start = {}, .lipschitz = lipschitz});
        lipschitz = result.lipschitz;
        return result.image;
    });
    return found;
}

void Baselines::write() const {
    if (file_.empty()) return;
    auto all = nlohmann::ordered_json::array();
    for (auto const& [key, b] : found_) all.push_back({{"of", key}, {"sense", json_of(b.sense)}, {"l1_wavelet", json_of(b.l1_wavelet)}});
    write_text_file(file_, all.dump(4) + "\n");
}

} // namespace tessera
