#include "recon/training/training_set.h"

#include "core/arrays/random.h"
#include "core/arrays/vector_ops.h"
#include "core/device/stage.h"
#include "core/terminal/log.h"
#include "recon/metrics/image_quality.h"
#include "recon/sense/normalisation.h"

#include <algorithm>

namespace tessera {
namespace {

// Streams of the random generator start here, apart from kHeldOutStream, so that no two purposes share numbers.
enum Purpose : std::uint64_t { kValidation = 2ull << 32, kTraining = 3ull << 32 };

Scan to_host(Scan scan) {
    Context const host = scan.kspace.context().host();
    if (!scan.kspace.context().allocator().on_disk()) scan.kspace = scan.kspace.to(host);
    scan.trajectory = scan.trajectory.to(host);
    scan.weights = scan.weights.to(host);
    scan.maps = scan.maps.to(host);
    scan.target.reset(); // of the device's memory nothing stays
    return scan;
}

} // namespace

TrainingSet::TrainingSet(Context const& context, std::vector<std::filesystem::path> const& files, DataConfig const& config,
    std::uint64_t seed, std::function<void(index_t)> const& progress)
    : context_(context), config_(config), seed_(seed) {
    Stage const stage(context, "preparation");
    require(!config.readouts || config.supervision == Supervision::supervised,
        "/data/readouts: self-supervised steps split all readouts (/data/loss_fraction says how)");
    if (config.readouts)
        require((*config.readouts)[0] <= (*config.readouts)[1], "/data/readouts: at least {} and at most {} of the readouts",
            (*config.readouts)[0], (*config.readouts)[1]);
    for (auto const& file : files) {
        cases_.push_back(prepare(file));
        auto const& first = cases_.front().scan;
        int const dimensions = first.matrix[0] == 1 ? 2 : 3;
        require((dimensions == 2) == (cases_.back().scan.matrix[0] == 1), "{}: a {}D scan, but {} is {}D; one network learns either",
            file.string(), 5 - dimensions, files.front().string(), dimensions);
        if (progress) progress(static_cast<index_t>(cases_.size()));
    }
}

TrainingSet::Case TrainingSet::prepare(std::filesystem::path const& file) const {
    auto scan =
        prepare_scan(context_, read_acquisition(file, config_.scan.read_options(), config_.scan.raw_data(context_)), config_.scan, true);
    Case c;
    c.name = file.stem().string();
    if (config_.supervision == Supervision::self_supervised) {
        require(scan.readouts >= 4, "{}: {} readouts cannot be split into input, loss, selection and held-out ones", file.string(),
            scan.readouts);
        // A function of the number of readouts only: a scan may be in both sets, at other places, and holds the same out in both.
        c.held_out = hold_out_twice(scan.readouts, config_.held_out, config_.selection, seed_);
    } else if (config_.target == TargetSource::reference) {
        require(scan.target.has_value(),
            "{}: the file has no reference and maps of the matrix {} x {} x {} to train towards (/data/target \"reconstruction\" makes a target "
            "of all readouts)",
            file.string(), scan.matrix[0], scan.matrix[1], scan.matrix[2]);
        c.target = scan.target->to(context_.host());
    } else {
        auto const& cg = config_.target_cg;
        auto const model = sense_model(scan.maps, {scan.kspace, scan.trajectory, scan.weights}, config_.scan.nufft, cg.normal);
        Tensor<complex> const b(context_, model->domain());
        model->weighted_adjoint(scan.kspace, b);
        auto const target = Tensor<complex>::zeros(context_, b.shape());
        auto const result = cg_sense({model, b}, cg, target);
        log_info("{}: target from {} readouts, {} iterations, residual {:.1e}", file.string(), scan.readouts, result.iterations,
            result.residual);
        c.target = target.to(context_.host());
    }
    c.noise = noise_of_sample(scan.noise_deviation, scan.kspace, scan.trajectory);
    if (c.target) c.object = object_mask(magnitude(*c.target));
    c.scan = to_host(std::move(scan));
    return c;
}

// The readouts of a scan, on the device but for their k-space. Fewer readouts leave wider gaps, so the weights grow.
Samples TrainingSet::select(Case const& c, std::vector<index_t> const& readouts) const {
    auto const& s = c.scan;
    auto const count = static_cast<index_t>(readouts.size());
    if (count == s.readouts) return {s.kspace, s.trajectory.to(context_), s.weights.to(context_)};
    auto const chosen = gather({s.kspace, s.trajectory, s.weights}, points_of(readouts, s.samples));
    real const growth = static_cast<real>(static_cast<double>(s.readouts) / static_cast<double>(count));
    if (!context_.rehearses())
        for (real& w : chosen.weights.host()) w *= growth;
    return {chosen.kspace, chosen.trajectory.to(context_), chosen.weights.to(context_)};
}

Example TrainingSet::example(Case const& c, std::vector<index_t> const& input, std::vector<index_t> const& loss,
    std::vector<index_t> const& selection) const {
    Example e;
    e.name = c.name;
    auto const maps = c.scan.maps.to(context_);
    auto const samples = select(c, input);
    auto const model = sense_model(maps, samples, config_.scan.nufft, config_.normal);
    e.data.b = Tensor<complex>(context_, model->domain());
    model->weighted_adjoint(samples.kspace, e.data.b);
    e.data.model = model;
    e.scale = intensity_scale(e.data.b);
    axpby(1 / e.scale, e.data.b, 0, e.data.b);
    e.data.conditions = scan_conditions(*model, e.data.b, samples.weights, c.noise, e.scale);
    if (c.target) {
        e.target = c.target->to(context_); // another memory than the case's
        axpby(1 / e.scale, *e.target, 0, *e.target);
        e.object = *c.object;
    }
    auto const predicted = [&](std::vector<index_t> const& readouts) -> std::optional<KspaceTarget> {
        if (readouts.empty()) return {};
        auto const s = select(c, readouts);
        axpby(1 / e.scale, s.kspace, 0, s.kspace);
        return KspaceTarget{sense_model(maps, s, config_.scan.nufft, NormalOperator::gridded), s.kspace, s.weights};
    };
    e.loss = predicted(loss);
    e.selection = predicted(selection);
    return e;
}

Example TrainingSet::training_example(std::size_t i, std::uint64_t drawn) const {
    Case const& c = cases_.at(i);
    auto const all = all_readouts(c.scan.readouts);
    std::uint64_t const stream = kTraining + drawn;
    if (config_.supervision == Supervision::self_supervised) {
        auto const& seen = c.held_out.used;
        auto const [loss, input] = draw_readouts(seen, share_of(static_cast<index_t>(seen.size()), config_.loss_fraction), seed_, stream);
        return example(c, input, loss);
    }
    if (config_.readouts) {
        auto const [low, high] = *config_.readouts;
        auto const block = philox(seed_, stream, ~std::uint64_t{0}); // apart from those that draw_readouts() takes
        double const fraction = low + (high - low) * uniform<double>(block.word[0], block.word[1]);
        return example(c, fraction >= 1 ? all : draw_readouts(all, share_of(c.scan.readouts, fraction), seed_, stream).first);
    }
    if (!config_.keep_operators) return example(c, all);
    if (!kept_.contains(i)) kept_.emplace(i, example(c, all));
    return kept_.at(i);
}

Example TrainingSet::validation_example(std::size_t i) const {
    Case const& c = cases_.at(i);
    auto const all = all_readouts(c.scan.readouts);
    if (config_.supervision == Supervision::self_supervised) return example(c, c.held_out.used, c.held_out.report, c.held_out.choose);
    if (config_.readouts) {
        double const fraction = ((*config_.readouts)[0] + (*config_.readouts)[1]) / 2;
        return example(c, fraction >= 1 ? all : draw_readouts(all, share_of(c.scan.readouts, fraction), seed_, kValidation + i).first);
    }
    if (config_.keep_operators && kept_.contains(i)) return kept_.at(i);
    auto e = example(c, all);
    if (config_.keep_operators) kept_.emplace(i, e);
    return e;
}

} // namespace tessera
