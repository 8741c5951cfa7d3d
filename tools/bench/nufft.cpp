// How long a NUFFT takes, and how exact it is, for one or several oversamplings side by side.
#include "recon/nufft/nufft.h"
#include "recon/nufft/toeplitz.h"
#include "tools/bench/bench_case.h"
#include "tools/bench/direct_sum.h"
#include "tools/bench/measure.h"

#include <fmt/format.h>

namespace tessera {
namespace {

struct Variant {
    double oversampling = 0;
    Measured type1, type2;
    void describe(ConfigVisitor& v) {
        v("oversampling", oversampling, "Asked for; 0: the NUFFT's choice.");
        v("type1", type1, "k-space to volumes (adjoint).");
        v("type2", type2, "Volumes to k-space (forward).");
    }
};

struct Report {
    std::string device;
    index_t points = 0, coils = 0;
    std::vector<Variant> variants;
    std::optional<Measured> toeplitz;
    void describe(ConfigVisitor& v) {
        v("device", device, "Where transforms ran.");
        v("points", points, "Samples of one coil.");
        v("coils", coils, "Coils.");
        if (!variants.empty()) {
            v("type1", variants.front().type1, "k-space to volumes (adjoint), of the first variant.");
            v("type2", variants.front().type2, "Volumes to k-space (forward), of the first variant.");
        }
        v("variants", variants, "One for each oversampling.");
        v("toeplitz", toeplitz, "The normal operator as a convolution.");
    }
};

/// A plan with its two transforms and what they took.
struct Candidate {
    double oversampling = 0;
    Once planning, first1, first2;
    std::optional<double> error1, error2;
    std::size_t peak1 = 0, peak2 = 0;
    Rounds type1, type2;
    std::optional<Nufft> nufft;

    Variant variant() const {
        Variant v{oversampling, type1.summary(planning, first1), type2.summary(planning, first2)};
        v.type1.relative_error = error1;
        v.type2.relative_error = error2;
        v.type1.peak_bytes = peak1;
        v.type2.peak_bytes = peak2;
        return v;
    }
};

Report measure(BenchCase const& bench) {
    Context const context(parse_device(bench.device));
    auto const trajectory = make_trajectory(bench.trajectory, bench.matrix);
    auto const coordinates = trajectory.to_host();
    index_t const points = trajectory.size() / 3;
    auto const [nz, ny, nx] = bench.matrix;
    auto const volumes = bench_noise(context, {bench.coils, nz, ny, nx}, 1), kspace = bench_noise(context, {bench.coils, points}, 2);
    Tensor<complex> const volumes_out(context, volumes.shape()), kspace_out(context, kspace.shape());
    auto const exact1 = DirectSum::adjoint(kspace, bench.matrix, coordinates, bench.checked_voxels);
    auto const exact2 = DirectSum::forward(volumes, bench.matrix, coordinates, bench.checked_points);

    std::vector<Candidate> candidates;
    for (double const oversampling : bench.oversampling) {
        Candidate& c = candidates.emplace_back();
        c.oversampling = oversampling;
        auto& memory = context.allocator();
        std::size_t const before = memory.use().live;
        memory.reset_peak();
        c.planning = timed(context, [&] {
            c.nufft.emplace(context, bench.matrix, trajectory,
                NufftConfig{.accuracy = bench.accuracy,
                    .oversampling = oversampling > 0 ? std::optional(oversampling) : std::nullopt,
                    .coils_per_pass = bench.coils_per_pass});
        });
        c.first2 = timed(context, [&] { c.nufft->forward(volumes, kspace_out); });
        c.peak2 = memory.use().peak - before;
        c.first1 = timed(context, [&] { c.nufft->adjoint(kspace, volumes_out); });
        c.peak1 = memory.use().peak - before;
        c.error1 = exact1.error(volumes_out);
        c.error2 = exact2.error(kspace_out);
    }
    std::optional<Toeplitz> toeplitz;
    Rounds normal;
    Once toeplitz_planning, toeplitz_first;
    if (bench.toeplitz) {
        toeplitz_planning = timed(context, [&] {
            auto const ones = Tensor<real>::from(context, {points}, std::vector<real>(static_cast<std::size_t>(points), 1));
            toeplitz.emplace(context, bench.matrix, trajectory, ones, bench.accuracy);
        });
        toeplitz_first = timed(context, [&] { toeplitz->apply(volumes, volumes_out); });
    }

    for (index_t round = 0; round < bench.repeats; ++round) { // in turn, so that a busy machine slows all of them alike
        for (Candidate& c : candidates) {
            c.type2.run(context, [&] { c.nufft->forward(volumes, kspace_out); });
            c.type1.run(context, [&] { c.nufft->adjoint(kspace, volumes_out); });
        }
        if (toeplitz) normal.run(context, [&] { toeplitz->apply(volumes, volumes_out); });
    }
    Report report{.device = device_name(context.device()), .points = points, .coils = bench.coils, .variants = {}, .toeplitz = {}};
    for (Candidate const& c : candidates) report.variants.push_back(c.variant());
    if (toeplitz) report.toeplitz = normal.summary(toeplitz_planning, toeplitz_first);
    return report;
}

void print(Report const& r, BenchCase const& bench) {
    fmt::print("{}, {} points, accuracy {:g}, {}\n", bench.title(), r.points, bench.accuracy, r.device);
    fmt::print("{:>12} {:>9} {:>9} {:>10} {:>10} {:>9} {:>10} {:>10} {:>9} {:>10}\n", "oversampling", "set-up s", "(CPU s)", "type 1 s",
        "(CPU s)", "error", "type 2 s", "(CPU s)", "error", "peak MB");
    for (Variant const& v : r.variants)
        fmt::print("{:>12g} {:>9.3f} {:>9.3f} {:>10.4f} {:>10.4f} {:>9.1e} {:>10.4f} {:>10.4f} {:>9.1e} {:>10.1f}\n", v.oversampling,
            v.type2.setup_seconds, v.type2.setup_cpu_seconds, v.type1.seconds, v.type1.cpu_seconds, v.type1.relative_error.value_or(0),
            v.type2.seconds, v.type2.cpu_seconds, v.type2.relative_error.value_or(0), 1e-6 * static_cast<double>(v.type1.peak_bytes));
    if (r.toeplitz)
        fmt::print("{:>12} {:>9.3f} {:>9.3f} {:>10.4f} {:>10.4f}   (normal operator)\n", "toeplitz", r.toeplitz->setup_seconds,
            r.toeplitz->setup_cpu_seconds, r.toeplitz->seconds, r.toeplitz->cpu_seconds);
}

} // namespace

std::string BenchCase::title() const { return fmt::format("{} x {} x {} (z, y, x), {} coils", matrix[0], matrix[1], matrix[2], coils); }

void bench_nufft(BenchCase const& bench) {
    require(!bench.oversampling.empty(), "tessera-bench: /oversampling is empty, expected at least one value");
    Report const report = measure(bench);
    if (bench.json)
        fmt::print("{}\n", config_json(report));
    else
        print(report, bench);
}

} // namespace tessera
