#include "core/arrays/vector_ops.h"
#include "recon/sense/normalisation.h"
#include "recon/training/training_set.h"
#include "tests/support/acquisitions.h"
#include "tests/support/recon_scan.h"

#include <algorithm>
#include <set>

using namespace tessera;
using namespace tessera::test;

namespace {

DataConfig small_data() {
    DataConfig config;
    config.scan.maps.source = MapsSource::file;
    config.scan.density.kind = DensityKind::radial;
    config.scan.coils.prewhiten = false; // so that k-space can be found again
    return config;
}

/// A small scan whose samples are all different numbers.
std::filesystem::path scan_file(TemporaryFolder const& folder, std::string const& name, Matrix const& matrix = {8, 8, 8},
    std::uint64_t seed = 1) {
    write_acquisition(folder / name, small_scan(matrix, 2, 1, seed));
    return folder / name;
}

/// Which readouts of the scan these samples [coil, points] are: found by their numbers, whatever they were divided by.
std::set<index_t> readouts_of(Tensor<complex> const& kspace, double scale, Scan const& scan) {
    std::set<index_t> found;
    index_t const n = scan.samples, count = kspace.shape()[1] / n;
    for (index_t i = 0; i < count; ++i)
        for (index_t r = 0; r < scan.readouts; ++r) {
            bool same = true;
            for (index_t k = 0; k < n && same; ++k) {
                complex const a = kspace.data()[i * n + k], b = scan.kspace.data()[r * n + k];
                double const size = std::hypot(double(b.re), double(b.im));
                same = std::hypot(scale * a.re - b.re, scale * a.im - b.im) <= 1e-5 * size;
            }
            if (same) found.insert(r);
        }
    REQUIRE(static_cast<index_t>(found.size()) == count);
    return found;
}

double norm_of(Tensor<complex> const& x, double scale) {
    double sum = 0;
    for (complex const v : x.to_host()) sum += double(v.re) * v.re + double(v.im) * v.im;
    return scale * std::sqrt(sum);
}

bool equal(Tensor<complex> const& a, Tensor<complex> const& b) {
    auto const x = a.to_host(), y = b.to_host();
    return x.size() == y.size() && std::equal(x.begin(), x.end(), y.begin());
}

} // namespace

TEST_CASE("draws of readouts are functions of seed and number, and differ between numbers", "[training]") {
    TemporaryFolder const folder;
    std::vector<std::filesystem::path> const files{scan_file(folder, "a.h5")};
    Context const ctx;
    auto config = small_data();
    config.readouts = {0.3, 0.7};
    TrainingSet const set(ctx, files, config, 5), again(ctx, files, config, 5), other(ctx, files, config, 6);
    auto const first = set.training_example(0, 0).data.b;
    CHECK(equal(again.training_example(0, 1).data.b, set.training_example(0, 1).data.b));
    CHECK(equal(again.training_example(0, 0).data.b, first)); // whatever was drawn before
    CHECK_FALSE(equal(set.training_example(0, 1).data.b, first));
    CHECK_FALSE(equal(other.training_example(0, 0).data.b, first));
    CHECK(equal(set.validation_example(0).data.b, set.validation_example(0).data.b));
    CHECK(equal(set.validation_example(0).data.b, again.validation_example(0).data.b));
    config.readouts.reset();
    TrainingSet const all(ctx, files, config, 5);
    CHECK(equal(all.training_example(0, 0).data.b, all.training_example(0, 1).data.b));
    CHECK(equal(all.training_example(0, 0).data.b, all.validation_example(0).data.b));
}

TEST_CASE("an example that was prepared ahead is the same, and errors of that thread are thrown where it is needed", "[training]") {
    TemporaryFolder const folder;
    std::vector<std::filesystem::path> const files{scan_file(folder, "a.h5"), scan_file(folder, "b.h5", {10, 8, 6}, 2)};
    Context const ctx = each_device();
    auto config = small_data();
    auto const kind = GENERATE(0, 1, 2);
    if (kind == 0) config.readouts = {0.3, 0.7};
    if (kind == 1) config.supervision = Supervision::self_supervised;
    TrainingSet const set(ctx, files, config, 5), plain(ctx, files, config, 5);
    auto const same = [&](Example const& a, Example const& b) {
        CHECK(a.scale == Approx(b.scale).epsilon(1e-6));
        CHECK(relative_error(a.data.b.to_host(), b.data.b.to_host()) < tolerance(1e-5, 1e-13)); // simt and cuda add in any order
        if (ctx.device() == Device::cpu) CHECK(equal(a.data.b, b.data.b));
        REQUIRE(a.loss.has_value() == b.loss.has_value());
        if (a.loss) CHECK(relative_error(a.loss->samples(ctx).to_host(), b.loss->samples(ctx).to_host()) < tolerance(1e-5, 1e-13));
    };
    set.prepare(1, 3);
    same(set.training_example(1, 3), plain.training_example(1, 3));
    set.prepare(0, 4);
    same(set.training_example(1, 5), plain.training_example(1, 5)); // another one
    same(set.training_example(0, 4), plain.training_example(0, 4));
    set.prepare(0, 6);
    set.prepare(0, 7); // instead
    same(set.training_example(0, 7), plain.training_example(0, 7));
    if (kind < 2) {
        ctx.host().allocator().fail_at(2);
        set.prepare(1, 8);
        CHECK_THROWS_AS(set.training_example(1, 8), OutOfMemory);
        same(set.training_example(1, 8), plain.training_example(1, 8));
    }
    set.prepare(0, 9); // and the set ends
}

TEST_CASE("self-supervised draws split the readouts and never touch the held-out ones", "[training]") {
    TemporaryFolder const folder;
    auto const a = scan_file(folder, "a.h5"), b = scan_file(folder, "b.h5", {8, 8, 8}, 2);
    Context const ctx;
    auto config = small_data();
    config.supervision = Supervision::self_supervised;
    TrainingSet const training(ctx, {a, b}, config, 5), validation(ctx, {b}, config, 5);
    auto const& scan = training.scan(1);
    auto const measured = validation.validation_example(0);
    auto const held_out = readouts_of(measured.loss->samples(ctx), measured.scale, validation.scan(0));
    CHECK(static_cast<double>(held_out.size()) == Approx(0.1 * static_cast<double>(scan.readouts)).margin(1));
    auto const selection = readouts_of(measured.selection->samples(ctx), measured.scale, validation.scan(0));
    CHECK(static_cast<double>(selection.size()) == Approx(0.05 * 0.9 * static_cast<double>(scan.readouts)).margin(1));
    for (index_t const r : selection) CHECK_FALSE(held_out.contains(r));
    auto const& parts = training.held_out(1);
    CHECK(std::set<index_t>(parts.report.begin(), parts.report.end()) == held_out);
    CHECK(std::set<index_t>(parts.choose.begin(), parts.choose.end()) == selection);
    double const others = static_cast<double>(scan.readouts) - static_cast<double>(held_out.size() + selection.size());
    std::set<index_t> drawn, before;
    for (std::uint64_t draw = 0; draw < 12; ++draw) { // b is the second scan here and the first there
        auto const e = training.training_example(1, draw);
        auto const loss = readouts_of(e.loss->samples(ctx), e.scale, scan);
        for (index_t const r : loss) CHECK_FALSE((held_out.contains(r) || selection.contains(r)));
        CHECK_FALSE(e.selection.has_value());
        CHECK(static_cast<double>(loss.size()) == Approx(0.4 * others).margin(1));
        CHECK(loss != before);
        CHECK(e.loss->weights.size() == static_cast<index_t>(loss.size()) * scan.samples);
        CHECK_FALSE(e.target.has_value());
        drawn.insert(loss.begin(), loss.end());
        before = loss;
    }
    CHECK(static_cast<double>(drawn.size()) > 0.95 * others); // all of them in time
}

TEST_CASE("the input of a self-supervised step has no readout of its loss and none that is held out", "[training]") {
    // Each readout alone is given to the scan: what the gridded input makes of it shows whether it was used.
    TemporaryFolder const folder;
    auto acquisition = small_scan({6, 6, 6}, 1, 4);
    acquisition.reference.reset();
    index_t const readouts = acquisition.readouts(), n = acquisition.samples();
    auto const kspace = acquisition.kspace.clone();
    auto config = small_data();
    config.supervision = Supervision::self_supervised;
    Context const ctx;
    write_acquisition(folder / "all.h5", acquisition);
    TrainingSet const all(ctx, {folder / "all.h5"}, config, 5);
    auto const whole = all.training_example(0, 3);
    auto const loss = readouts_of(whole.loss->samples(ctx), whole.scale, all.scan(0));
    auto const measured = all.validation_example(0);
    auto const held_out = readouts_of(measured.loss->samples(ctx), measured.scale, all.scan(0));
    auto const selection = readouts_of(measured.selection->samples(ctx), measured.scale, all.scan(0));
    index_t used = 0;
    for (index_t r = 0; r < readouts; ++r) {
        acquisition.kspace.copy_from(kspace);
        for (index_t k = 0; k < n; ++k) acquisition.kspace.data()[r * n + k] = {100 + acquisition.kspace.data()[r * n + k].re, 0};
        write_acquisition(folder / "one.h5", acquisition);
        TrainingSet const one(ctx, {folder / "one.h5"}, config, 5);
        auto const e = one.training_example(0, 3);
        bool const differs = std::abs(norm_of(e.data.b, e.scale) / norm_of(whole.data.b, whole.scale) - 1) > 1e-3;
        bool const held = held_out.contains(r) || selection.contains(r);
        CHECK(differs == !(loss.contains(r) || held));
        used += differs;
        auto const v = one.validation_example(0); // reconstructs from all that nothing is measured on
        bool const measured_from = std::abs(norm_of(v.data.b, v.scale) / norm_of(measured.data.b, measured.scale) - 1) > 1e-3;
        CHECK(measured_from == !held);
    }
    CHECK(used == readouts - static_cast<index_t>(loss.size() + held_out.size() + selection.size()));
}

TEST_CASE("images of part of the readouts keep their intensity, and are divided by intensity_scale", "[training]") {
    TemporaryFolder const folder;
    auto const file = scan_file(folder, "a.h5", {10, 12, 14});
    Context const ctx = each_device();
    if (ctx.device() == Device::simt) return; // the same kernels as everywhere, tested there; this is about weights
    auto config = small_data();
    TrainingSet const full(ctx, {file}, config, 1);
    auto const whole = full.training_example(0, 0);
    CHECK(intensity_scale(whole.data.b) == Approx(1).epsilon(1e-5));
    auto const acquired = prepare_scan(ctx, read_acquisition(file, config.scan.read_options()), config.scan, true);
    double const object = norm_of(*acquired.target, 1);
    CHECK(norm_of(whole.data.b, whole.scale) == Approx(object).epsilon(0.3)); // A^H W A is about the identity
    REQUIRE(whole.target.has_value());
    CHECK(norm_of(*whole.target, whole.scale) == Approx(object).epsilon(1e-4));
    for (double const part : {0.5, 0.25}) {
        config.readouts = {part, part};
        TrainingSet const fewer(ctx, {file}, config, 1);
        auto const e = fewer.training_example(0, 0);
        CAPTURE(part, whole.scale, e.scale);
        CHECK(e.scale == Approx(whole.scale).epsilon(0.25));
        CHECK(norm_of(e.data.b, e.scale) == Approx(norm_of(whole.data.b, whole.scale)).epsilon(0.3));
        CHECK(intensity_scale(e.data.b) == Approx(1).epsilon(1e-5));
        CHECK(norm_of(*e.target, e.scale) == Approx(object).epsilon(1e-4));
        // the operator has the same weights: of the object it makes about the object
        Tensor<complex> const x = e.target->clone(), again(ctx, x.shape());
        e.data.model->normal(x, again);
        CHECK(std::abs(inner(x.to_host(), again.to_host()).re) / std::pow(norm_of(x, 1), 2) == Approx(1).epsilon(0.3));
    }
}

TEST_CASE("targets are those of the file or made of all readouts, whatever a step draws", "[training]") {
    TemporaryFolder const folder;
    auto const file = scan_file(folder, "a.h5", {10, 12, 14});
    Context const ctx;
    auto config = small_data();
    config.readouts = {0.3, 0.3};
    auto const truth = TrainingSet(ctx, {file}, config, 1).training_example(0, 0);
    config.target = TargetSource::reconstruction;
    TrainingSet const made(ctx, {file}, config, 1);
    auto const a = made.training_example(0, 0), b = made.training_example(0, 1);
    auto const scaled = [](Example const& e) {
        auto x = e.target->clone();
        axpby(e.scale, x, 0, x);
        return x.to_host();
    };
    CHECK(relative_error(scaled(a), scaled(b)) < 1e-5);
    CHECK(relative_error(scaled(a), scaled(truth)) < 0.25);
    CHECK(relative_error(scaled(a), scaled(truth)) > 1e-3);
}

TEST_CASE("operators are kept only where steps draw nothing", "[training]") {
    TemporaryFolder const folder;
    auto const file = scan_file(folder, "a.h5");
    Context const ctx;
    auto config = small_data();
    config.keep_operators = KeptOperators::device;
    TrainingSet const kept(ctx, {file}, config, 1);
    CHECK(kept.training_example(0, 0).data.model == kept.training_example(0, 1).data.model);
    CHECK(kept.validation_example(0).data.model == kept.training_example(0, 2).data.model);
    config.readouts = {0.5, 0.5};
    TrainingSet const drawn(ctx, {file}, config, 1);
    CHECK(drawn.training_example(0, 0).data.model != drawn.training_example(0, 1).data.model);
}

TEST_CASE("the intensity scale is the 99th percentile of magnitudes", "[training]") {
    Context const ctx = each_device();
    std::vector<complex> values(201);
    for (std::size_t i = 0; i < values.size(); ++i) // of magnitude 0 ... 200
        values[(37 * i) % 201] = {static_cast<real>(0.6 * double(i)), static_cast<real>(-0.8 * double(i))};
    CHECK(intensity_scale(Tensor<complex>::from(ctx, {1, 3, 67}, values)) == Approx(198));
    values[0].re = 1e6; // one bright voxel changes little
    CHECK(intensity_scale(Tensor<complex>::from(ctx, {1, 3, 67}, values)) <= 199.1);
    auto const zero = Tensor<complex>::zeros(ctx, {2, 2, 2});
    CHECK_THAT(message_of([&] { intensity_scale(zero); }), Catch::Contains("the 99th percentile of the gridded image is 0"));
    std::vector<complex> const bad(8, complex{std::numeric_limits<real>::quiet_NaN(), 0});
    CHECK_THAT(message_of([&] { intensity_scale(Tensor<complex>::from(ctx, {2, 2, 2}, bad)); }), Catch::Contains("99th percentile"));
}

TEST_CASE("prepared scans leave nothing on the device", "[training][memory]") {
    TemporaryFolder const folder;
    auto const file = scan_file(folder, "a.h5");
    Context const ctx;
    auto config = small_data();
    config.target = GENERATE(TargetSource::reference, TargetSource::reconstruction);
    TrainingSet const set(ctx, {file}, config, 1);
    CHECK(ctx.allocator().use().live == 0);
    CHECK(set.training_example(0, 0).object->context().allocator().use().live > 0);
    CHECK(ctx.allocator().use().live == 0);
}
