#include "recon/training/training_set.h"

#include "core/arrays/random.h"
#include "core/arrays/vector_ops.h"
#include "core/device/stage.h"
#include "core/terminal/log.h"
#include "recon/metrics/image_quality.h"
#include "recon/sense/normalisation.h"

#include <algorithm>
#include <omp.h>

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
        auto const model = sense_model(scan.maps, {scan.kspace, scan.trajectory, scan.weights}, config_.scan.nufft,
            resolved(cg.normal, scan.maps, scan.weights.size(), config_.scan.nufft));
        Tensor<complex> const b(context_, model->domain());
        model->weighted_adjoint(scan.kspace, b);
        auto const target = Tensor<complex>::zeros(context_, b.shape());
        auto const result = cg_sense({model, b}, cg, target);
        log_info("{}: target from {} readouts, {} iterations, residual {:.1e}", file.string(), scan.readouts, result.iterations,
            result.residual);
        c.target = target.to(context_.host());
    }
    c.normal = resolved(config_.normal, scan.maps, scan.weights.size(), config_.scan.nufft);
    bool const gridded_anew = config_.keep_operators == KeptOperators::host && c.normal == NormalOperator::gridded;
    if (config_.keep_operators != KeptOperators::nothing && (config_.draws() || gridded_anew))
        c.sorted.emplace(context_, scan.matrix, scan.trajectory, config_.scan.nufft);
    c.noise = noise_of_sample(scan.noise_deviation, scan.kspace, scan.trajectory);
    if (c.target) c.object = object_mask(magnitude(*c.target));
    c.scan = to_host(std::move(scan));
    return c;
}

Tensor<complex> KspaceTarget::samples(Context const& context) const {
    auto const samples = taken(context, chosen, all, all.shape()[0]);
    axpby(1 / scale, samples, 0, samples);
    return samples;
}

std::vector<HostPart> TrainingSet::parts_of(Case const& c, std::vector<std::vector<index_t>> const& readouts) const {
    std::vector<HostPart> parts;
    parts.reserve(readouts.size());
    for (auto const& r : readouts) parts.push_back(part_of(c.scan, r, c.sorted ? &*c.sorted : nullptr));
    return parts;
}

TrainingSet::Input TrainingSet::input_of(Case const& c, CoilMaps const& maps, HostPart const& readouts) const {
    auto const part = part_in(context_, readouts, c.scan.matrix, config_.scan.nufft);
    auto const model = sense_model(maps, part, config_.scan.nufft, c.normal);
    Input in{.scale = 1, .b = Tensor<complex>(context_, model->domain()), .conditions = {}, .model = {}, .waiting = {}};
    model->weighted_adjoint(c.scan.kspace, part.chosen, in.b);
    in.scale = intensity_scale(in.b);
    axpby(1 / in.scale, in.b, 0, in.b);
    in.conditions = scan_conditions(*model, in.b, part.weights, c.noise, in.scale);
    in.model = std::make_shared<SenseOperator>(model->normal_only());
    return in;
}

// What steps of all readouts share: made once, unless nothing is kept.
TrainingSet::Input TrainingSet::input_of_all(std::size_t i) const {
    Case const& c = cases_.at(i);
    if (config_.keep_operators == KeptOperators::device && kept_.contains(i)) return kept_.at(i);
    auto const maps = c.scan.maps.to(context_);
    auto const all = [&] { return part_of(c.scan, all_readouts(c.scan.readouts), c.sorted ? &*c.sorted : nullptr); };
    if (config_.keep_operators == KeptOperators::nothing) return input_of(c, maps, all());
    bool const on_host = config_.keep_operators == KeptOperators::host;
    if (!kept_.contains(i)) {
        auto in = input_of(c, maps, all());
        if (on_host) {
            in.b = in.b.to(context_.host());
            in.waiting.emplace(*in.model, all());
            in.model.reset();
        }
        kept_.emplace(i, std::move(in));
    }
    Input in = kept_.at(i);
    if (!on_host) return in;
    in.b = in.b.to(context_);
    in.model = in.waiting->in(context_, maps, config_.scan.nufft);
    return in;
}

Example TrainingSet::example(Case const& c, Input const& input) const {
    Example e;
    e.name = c.name;
    e.scale = input.scale;
    e.data = {input.model, input.b, input.conditions};
    if (c.target) {
        e.target = c.target->to(context_); // another memory than the case's
        axpby(1 / e.scale, *e.target, 0, *e.target);
        e.object = *c.object;
    }
    return e;
}

// parts: input, loss and, in validation, selection.
Example TrainingSet::self_supervised(Case const& c, std::vector<HostPart> const& parts) const {
    auto const maps = c.scan.maps.to(context_);
    auto e = example(c, input_of(c, maps, parts[0]));
    auto const& nufft = config_.scan.nufft;
    auto const predicted = [&](HostPart const& readouts) {
        auto const part = part_in(context_, readouts, c.scan.matrix, nufft);
        auto const model = sense_model(maps, part, nufft, NormalOperator::gridded);
        return KspaceTarget{model, c.scan.kspace, part.chosen, e.scale, part.weights};
    };
    e.loss = predicted(parts[1]);
    if (parts.size() > 2) e.selection = predicted(parts[2]);
    return e;
}

std::vector<std::vector<index_t>> TrainingSet::drawn(Case const& c, std::uint64_t draw) const {
    std::uint64_t const stream = kTraining + draw;
    if (config_.supervision == Supervision::self_supervised) {
        auto const& seen = c.held_out.used;
        auto [loss, input] = draw_readouts(seen, share_of(static_cast<index_t>(seen.size()), config_.loss_fraction), seed_, stream);
        return {std::move(input), std::move(loss)};
    }
    auto const [low, high] = *config_.readouts;
    auto const block = philox(seed_, stream, ~std::uint64_t{0}); // apart from those that draw_readouts() takes
    return {some_readouts(c, low + (high - low) * uniform<double>(block.word[0], block.word[1]), stream)};
}

void TrainingSet::prepare(std::size_t i, std::uint64_t draw) const {
    Case const& c = cases_.at(i);
    if (!config_.draws() || !c.sorted || (ahead_ && ahead_->of == std::pair(i, draw))) return;
    auto const work = [this, &c, draw] {
        omp_set_num_threads(1); // of this thread; the others are the step's
        return parts_of(c, drawn(c, draw));
    };
    ahead_.reset();
    if (!context_.rehearses()) {
        ahead_ = Ahead{{i, draw}, std::async(std::launch::async, work)};
        return;
    }
    std::promise<std::vector<HostPart>> parts; // at once: what it takes lives throughout the step, at most
    parts.set_value(parts_of(c, drawn(c, draw)));
    ahead_ = Ahead{{i, draw}, parts.get_future()};
}

std::vector<HostPart> TrainingSet::parts_of(std::size_t i, std::uint64_t draw) const {
    if (ahead_ && ahead_->of == std::pair(i, draw)) {
        auto parts = std::move(ahead_->parts);
        ahead_.reset();
        return parts.get();
    }
    return parts_of(cases_.at(i), drawn(cases_.at(i), draw));
}

Example TrainingSet::training_example(std::size_t i, std::uint64_t draw) const {
    Case const& c = cases_.at(i);
    if (!config_.draws()) return example(c, input_of_all(i));
    auto const parts = parts_of(i, draw);
    return config_.supervision == Supervision::self_supervised ? self_supervised(c, parts)
                                                               : example(c, input_of(c, c.scan.maps.to(context_), parts[0]));
}

Example TrainingSet::validation_example(std::size_t i) const {
    Case const& c = cases_.at(i);
    if (!config_.draws()) return example(c, input_of_all(i));
    if (config_.supervision == Supervision::self_supervised)
        return self_supervised(c, parts_of(c, {c.held_out.used, c.held_out.report, c.held_out.choose}));
    double const middle = ((*config_.readouts)[0] + (*config_.readouts)[1]) / 2;
    return example(c, input_of(c, c.scan.maps.to(context_), parts_of(c, {some_readouts(c, middle, kValidation + i)})[0]));
}

std::vector<index_t> TrainingSet::some_readouts(Case const& c, double fraction, std::uint64_t stream) const {
    auto const all = all_readouts(c.scan.readouts);
    return fraction >= 1 ? all : draw_readouts(all, share_of(c.scan.readouts, fraction), seed_, stream).first;
}

} // namespace tessera
