#include "recon/scan/scan.h"

#include "core/device/stage.h"
#include "core/terminal/log.h"
#include "core/terminal/progress.h"
#include "kernels/arrays/arithmetic.h"
#include "kernels/arrays/coils.h"
#include "kernels/arrays/complex_parts.h"
#include "recon/delays/correct_delays.h"
#include "recon/motion/breath.h"
#include "recon/motion/gating.h"
#include "recon/motion/phase_drift.h"
#include "recon/scan/coils.h"
#include "recon/scan/field_of_view.h"
#include "recon/scan/jsense.h"

#include <cmath>
#include <numeric>

namespace tessera {
namespace {

// Images of every method here have the intensity of maps whose root sum of squares is 1, so the truth is shaded by the
// coils as the data saw them.
std::optional<Tensor<real>> expected_image(Acquisition const& a) {
    if (!a.reference) return {};
    Context const& host = a.reference->context();
    Tensor<real> expected(host, a.reference->shape());
    enqueue(host.stream(), Magnitude{a.reference->flat(), expected.flat()});
    if (!a.maps) return expected;
    auto const squares = Tensor<real>::zeros(host, {expected.size()});
    enqueue(host.stream(), AddSquares{a.maps->reshape({a.coils(), expected.size()}).view<2>(), squares.flat()});
    if (host.rehearses()) return expected;
    for (index_t i = 0; i < expected.size(); ++i) expected.data()[i] *= std::sqrt(squares.data()[i]);
    return expected;
}

// The file's maps with a root sum of squares of 1, plane by plane.
MapPlanes file_planes(Tensor<complex> const& maps) {
    return [maps](index_t z) {
        Shape const& s = maps.shape();
        Tensor<complex> const plane(Context(), {s[0], s[2], s[3]});
        for (index_t c = 0; c < s[0]; ++c) plane[c].copy_from(maps[c][z]);
        normalise_maps(plane);
        return plane;
    };
}

MapPlanes planes_for(Scan const& scan, Acquisition const& a, MapsConfig const& config) {
    if (config.source == MapsSource::file) {
        require(a.maps.has_value(), "{}: maps: the file has none (/maps/source \"jsense\" estimates them)", a.source);
        require(a.maps->shape()[0] == scan.kspace.shape()[0] &&
                a.maps->shape().tail() == Shape{scan.matrix[0], scan.matrix[1], scan.matrix[2]},
            "{}: maps: shape {} for {} coils and the matrix {} x {} x {}", a.source, a.maps->shape().str(), scan.kspace.shape()[0],
            scan.matrix[0], scan.matrix[1], scan.matrix[2]);
        log_info("maps: from the file");
        return file_planes(*a.maps);
    }
    log_info("maps: jsense on {} voxels per axis", config.calibration);
    Progress progress("maps", config.iterations);
    auto const coefficients =
        jsense_coefficients(scan.matrix, scan.kspace, scan.trajectory, scan.weights, config, [&](index_t done) { progress.update(done); });
    return basis_planes(scan.matrix, coefficients, config.order);
}

CoilMaps maps_for(Context const& context, Scan const& scan, Acquisition const& a, MapsConfig const& config) {
    index_t const coils = scan.kspace.shape()[0];
    auto const planes = planes_for(scan, a, config);
    if (config.resolution == MapsResolution::full) return CoilMaps::whole(context, scan.matrix, coils, planes);
    double error = 0;
    auto const splines = CoilMaps::interpolated(context, scan.matrix, coils, planes, config.accuracy, &error);
    if (!splines) return CoilMaps::whole(context, scan.matrix, coils, planes);
    Shape const s = splines->coefficients()->shape();
    bool const certain = config.source == MapsSource::jsense && s[2] > 16; // else splines may turn out to be not exact enough
    if (context.rehearses() && !certain) return splines->and_whole();
    log_info("maps: kept as splines of {} x {} x {} coefficients, relative error {:.1e}", s[1], s[2], s[3], error);
    return *splines;
}

// sum_c conj(S_c) T_c x for the estimated maps S, the true ones T and the true object x: with it, phases agree as well.
std::optional<Tensor<complex>> target_image(Context const& context, Scan const& scan, Acquisition const& a) {
    bool const fits = a.reference && a.reference->shape() == scan.maps.shape().tail();
    if (!fits || (!a.maps && a.coils() > 1)) return {};
    auto const object = a.reference->to(context);
    if (!a.maps) return object;
    Tensor<complex> target(context, object.shape()), coil(context, object.shape().prepended(1));
    for (index_t c = 0; c < a.coils(); ++c) {
        enqueue(context.stream(), Multiply{(*a.maps)[c].to(context).flat(), object.flat(), coil.flat()});
        scan.maps.combine(coil, c, target, c > 0);
    }
    return target;
}

void fit_field_of_view(Context const& context, Scan& scan, Acquisition& a) {
    Matrix const target = estimate_matrix(context, scan.matrix, a);
    log_info("fov: the object fills {} x {} x {} voxels (z, y, x) of {} x {} x {}", target[0], target[1], target[2], scan.matrix[0],
        scan.matrix[1], scan.matrix[2]);
    change_field_of_view(a, scan.matrix, target);
    scan.matrix = target;
}

void compress_coils(Acquisition& a, Tensor<real> const& weights, CoilsConfig const& config) {
    if (!config.virtual_coils && config.energy >= 1) return;
    index_t const before = a.coils();
    auto const found = find_virtual_coils(a.kspace, weights.to(a.kspace.context()), config.virtual_coils.value_or(0), config.energy);
    mix_coils(a, found.matrix);
    log_info("coils: {} of {} virtual coils keep {:.2f} % of the energy", a.coils(), before, 100 * found.energy);
}

} // namespace

Acquisition select_readouts(Acquisition const& a, index_t begin, index_t end) {
    require(begin >= 0 && begin < end && end <= a.readouts(), "{}: readouts [{}, {}) of {}", a.source, begin, end, a.readouts());
    std::vector<index_t> readouts(static_cast<std::size_t>(end - begin));
    std::iota(readouts.begin(), readouts.end(), begin);
    return take_readouts(a, readouts);
}

Scan prepare_scan(Context const& context, Acquisition a, ScanConfig const& config, bool maps) {
    for (auto const& note : a.notes) log_info("{}", note);
    for (auto const& warning : a.warnings) log_warn("{}", warning);
    if (config.gating.kind != GatingKind::off) read_signal(a, config.gating);
    if (config.readouts) {
        a = select_readouts(a, (*config.readouts)[0], (*config.readouts)[1]);
        log_info("readouts: {} to {}", (*config.readouts)[0], (*config.readouts)[1]);
    }
    if (config.phase_drift) remove_phase_drift(a);
    auto const gates = gate(a, config.gating);

    Stage const preparing(context, "scan");
    Scan scan;
    scan.soft_gated = !gates.empty();
    if (config.coils.prewhiten && a.noise) {
        scan.noise_deviation = typical_deviation(*a.noise); // and stays so: virtual coils are orthonormal
        auto const whitening = whitening_matrix(*a.noise);
        for (complex& v : whitening.host()) v = static_cast<real>(*scan.noise_deviation) * v; // keeps the intensity of the image
        mix_coils(a, whitening);
        log_info("coils: prewhitened with {} noise samples each, deviation {:.4g}", a.noise->shape()[1], *scan.noise_deviation);
    }
    scan.matrix = a.matrix == Matrix{0, 0, 0} ? smallest_matrix(a.trajectory) : a.matrix;
    correct_delays(a, scan.matrix, config.delays);
    if (config.fov == FieldOfView::automatic) fit_field_of_view(context, scan, a);
    scan.geometry = a.geometry;
    scan.vessels = a.vessels;
    if (scan.geometry.fov_mm[1] == 0 || scan.geometry.fov_mm[2] == 0)
        log_info("the field of view is unknown: images get voxels of 1 mm (/geometry sets it)");
    log_info("{}: {} coils, {} readouts of {} samples; matrix {} x {} x {} (z, y, x)", a.format, a.coils(), a.readouts(), a.samples(),
        scan.matrix[0], scan.matrix[1], scan.matrix[2]);

    auto const weights = [&] {
        Stage const stage(context, "density");
        Progress progress("density compensation", config.density.iterations);
        auto const density = density_weights(context, scan.matrix, a, config.density, [&](index_t done) { progress.update(done); });
        if (config.delays.kind != DelaysKind::off) leave_out_beyond(scan.matrix, a.trajectory, density);
        weigh_readouts(density, gates, a, scan.matrix);
        return density;
    }();
    compress_coils(a, weights, config.coils);

    scan.readouts = a.readouts();
    scan.samples = a.samples();
    index_t const points = a.readouts() * a.samples();
    bool const on_disk = a.kspace.context().allocator().on_disk();
    scan.kspace = (on_disk ? a.kspace : a.kspace.to(context.host())).reshape({a.coils(), points});
    scan.trajectory = a.trajectory.to(context).reshape({points, 3});
    scan.weights = weights.reshape({points});
    scan.expected = expected_image(a);
    if (maps) {
        Stage const stage(context, "maps");
        scan.maps = maps_for(context, scan, a, config.maps);
        scan.target = target_image(context, scan, a);
    }
    return scan;
}

} // namespace tessera
