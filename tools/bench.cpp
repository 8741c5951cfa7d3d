// tessera-bench: how long a NUFFT takes, and how exact it is, for one or several oversamplings side by side.
#include "core/device/device.h"
#include "recon/nufft/nufft.h"
#include "recon/nufft/toeplitz.h"
#include "recon/simulation/trajectories.h"
#include "tools/program.h"

#include <algorithm>
#include <chrono>
#include <complex>
#include <fmt/format.h>
#include <numbers>
#include <omp.h>
#include <random>

using namespace tessera;

namespace {

struct BenchConfig {
    Matrix matrix{64, 64, 64};
    TrajectoryConfig trajectory;
    index_t coils = 8, coils_per_pass = 8;
    double accuracy = 1e-3;
    std::vector<double> oversampling{1.5};
    bool toeplitz = false;
    index_t repeats = 7, checked_points = 200;
    std::string device = "auto";
    std::optional<index_t> threads;
    bool json = false;

    void describe(ConfigVisitor& v) {
        v("matrix", matrix, "Voxels along z, y, x (2D: 1 in z).", {.min = 1, .max = kLongestAxis});
        v("trajectory", trajectory, "Where k-space is sampled.");
        v("coils", coils, "Coils transformed by one call.", {.min = 1, .max = 1024});
        v("coils_per_pass", coils_per_pass, "Coils gridded at once.", {.min = 1, .max = 64});
        v("accuracy", accuracy, "Relative error that is asked for.", {.min = 1e-6, .max = 1e-2});
        v("oversampling", oversampling, "Grids to compare, in turn within one run.", {.min = 1.25, .max = 2});
        v("toeplitz", toeplitz, "Times the Toeplitz normal operator, too.");
        v("repeats", repeats, "Timed rounds, after one that is not counted.", {.min = 1});
        v("checked_points", checked_points, "Samples of the first coil compared with a direct sum; 0: none.", {.min = 0});
        v("device", device, "Where transforms run.", {.one_of = {"auto", "cpu", "cuda", "simt"}});
        v("threads", threads, "CPU threads; null: as many as processors.", {.min = 1, .max = 1024});
        v("json", json, "Prints the results as JSON in place of a table.");
    }
};

struct Timing {
    double median = 0, min = 0;
    void describe(ConfigVisitor& v) {
        v("median", median, "Seconds.");
        v("min", min, "Seconds.");
    }
};

struct Variant {
    double oversampling = 0, plan = 0, first = 0, error = 0;
    Timing forward, adjoint;
    void describe(ConfigVisitor& v) {
        v("oversampling", oversampling, "Of the grid.");
        v("plan", plan, "Seconds for sorting the trajectory.");
        v("first", first, "Seconds of the first forward and adjoint, in which FFTs are planned.");
        v("error", error, "Relative l2 error of forward at the checked points.");
        v("forward", forward, "Volumes to k-space.");
        v("adjoint", adjoint, "k-space to volumes.");
    }
};

struct Report {
    std::string device;
    index_t points = 0, coils = 0;
    std::vector<Variant> variants;
    std::optional<Timing> toeplitz;
    void describe(ConfigVisitor& v) {
        v("device", device, "Where transforms ran.");
        v("points", points, "Samples of one coil.");
        v("coils", coils, "Coils.");
        v("variants", variants, "One for each oversampling.");
        v("toeplitz", toeplitz, "The normal operator as a convolution.");
    }
};

Timing summary(std::vector<double> seconds) {
    std::sort(seconds.begin(), seconds.end());
    std::size_t const n = seconds.size();
    return {(seconds[n / 2] + seconds[(n - 1) / 2]) / 2, seconds.front()};
}

template <class F> double seconds_of(Context const& context, F const& f) {
    context.synchronize();
    auto const start = std::chrono::steady_clock::now();
    f();
    context.synchronize();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Tensor<complex> noise(Context const& context, Shape const& shape, unsigned seed) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<real> uniform(-1, 1);
    std::vector<complex> values(static_cast<std::size_t>(shape.size()));
    for (complex& v : values) v = {uniform(generator), uniform(generator)};
    return Tensor<complex>::from(context, shape, values);
}

// One sample of the transform by its definition, in double: a sum over x, then y, then z.
std::complex<double> direct_sample(std::span<complex const> volume, Matrix const& n, real const* k) {
    std::vector<std::complex<double>> phases[3];
    for (int d = 0; d < 3; ++d)
        for (index_t i = 0; i < n[d]; ++i)
            phases[d].push_back(n[d] == 1 ? 1.0 : std::polar(1.0, -2 * std::numbers::pi * double(k[2 - d]) * double(i - n[d] / 2) / double(n[d])));
    std::complex<double> sum = 0;
    for (index_t z = 0; z < n[0]; ++z) {
        std::complex<double> plane = 0;
        for (index_t y = 0; y < n[1]; ++y) {
            std::complex<double> row = 0;
            complex const* const v = volume.data() + (z * n[1] + y) * n[2];
            for (index_t x = 0; x < n[2]; ++x) row += phases[2][x] * std::complex<double>(v[x].re, v[x].im);
            plane += phases[1][y] * row;
        }
        sum += phases[0][z] * plane;
    }
    return sum / std::sqrt(double(n[0]) * double(n[1]) * double(n[2]));
}

/// Points drawn from a trajectory, and what the first volume's transform is there.
struct DirectSum {
    std::vector<index_t> points;
    std::vector<std::complex<double>> values;

    DirectSum(Tensor<complex> const& volumes, Matrix const& matrix, std::vector<real> const& trajectory, index_t count)
        : points(static_cast<std::size_t>(count)), values(points.size()) {
        std::mt19937 generator(3);
        std::uniform_int_distribution<index_t> any(0, static_cast<index_t>(trajectory.size() / 3) - 1);
        for (index_t& p : points) p = any(generator);
        auto const volume = volumes[0].to_host();
#pragma omp parallel for schedule(dynamic)
        for (std::size_t i = 0; i < points.size(); ++i) values[i] = direct_sample(volume, matrix, &trajectory[3 * points[i]]);
    }

    double error(Tensor<complex> const& kspace) const {
        auto const samples = kspace[0].to_host();
        double difference = 0, reference = 0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            complex const found = samples[static_cast<std::size_t>(points[i])];
            difference += std::norm(values[i] - std::complex<double>(found.re, found.im));
            reference += std::norm(values[i]);
        }
        return reference > 0 ? std::sqrt(difference / reference) : 0;
    }
};

Report measure(BenchConfig const& config) {
    Context const context(parse_device(config.device));
    auto const trajectory = make_trajectory(config.trajectory, config.matrix);
    index_t const points = trajectory.size() / 3, variants = static_cast<index_t>(config.oversampling.size());
    auto const [nz, ny, nx] = config.matrix;
    auto const volumes = noise(context, {config.coils, nz, ny, nx}, 1), kspace = noise(context, {config.coils, points}, 2);
    Tensor<complex> const volumes_out(context, volumes.shape()), kspace_out(context, kspace.shape());
    DirectSum const exact(volumes, config.matrix, trajectory.to_host(), config.checked_points);

    Report report{.device = device_name(context.device()), .points = points, .coils = config.coils, .variants = {}, .toeplitz = {}};
    std::vector<Nufft> nuffts;
    for (double const oversampling : config.oversampling) {
        Variant v;
        v.oversampling = oversampling;
        v.plan = seconds_of(context, [&] {
            nuffts.emplace_back(context, config.matrix, trajectory,
                NufftConfig{.accuracy = config.accuracy, .oversampling = oversampling, .coils_per_pass = config.coils_per_pass});
        });
        v.first = seconds_of(context, [&] {
            nuffts.back().forward(volumes, kspace_out);
            nuffts.back().adjoint(kspace, volumes_out);
        });
        v.error = exact.error(kspace_out);
        report.variants.push_back(v);
    }
    std::optional<Toeplitz> toeplitz;
    if (config.toeplitz) {
        auto const ones = Tensor<real>::from(context, {points}, std::vector<real>(static_cast<std::size_t>(points), 1));
        toeplitz.emplace(context, config.matrix, trajectory, ones, config.accuracy);
        toeplitz->apply(volumes, volumes_out);
    }

    // In turn, so that a busy machine slows all of them alike.
    std::vector<std::vector<double>> forward(static_cast<std::size_t>(variants)), adjoint(forward);
    std::vector<double> normal;
    for (index_t round = 0; round < config.repeats; ++round) {
        for (index_t i = 0; i < variants; ++i) {
            forward[i].push_back(seconds_of(context, [&] { nuffts[i].forward(volumes, kspace_out); }));
            adjoint[i].push_back(seconds_of(context, [&] { nuffts[i].adjoint(kspace, volumes_out); }));
        }
        if (toeplitz) normal.push_back(seconds_of(context, [&] { toeplitz->apply(volumes, volumes_out); }));
    }
    for (index_t i = 0; i < variants; ++i) {
        report.variants[i].forward = summary(forward[i]);
        report.variants[i].adjoint = summary(adjoint[i]);
    }
    if (toeplitz) report.toeplitz = summary(normal);
    return report;
}

void print(Report const& r, BenchConfig const& config) {
    fmt::print("{} x {} x {} (z, y, x), {} points, {} coils, accuracy {:g}, {}, {} rounds\n", config.matrix[0], config.matrix[1],
        config.matrix[2], r.points, r.coils, config.accuracy, r.device, config.repeats);
    fmt::print("{:>12} {:>9} {:>9} {:>11} {:>9} {:>11} {:>9} {:>9} {:>14}\n", "oversampling", "plan s", "forward s", "(min)", "adjoint s", "(min)",
        "sum ratio", "error", "Mpoint coils/s");
    auto const sum = [](Variant const& v) { return v.forward.median + v.adjoint.median; };
    for (Variant const& v : r.variants)
        fmt::print("{:>12g} {:>9.3f} {:>9.4f} {:>11.4f} {:>9.4f} {:>11.4f} {:>9.3f} {:>9.1e} {:>14.1f}\n", v.oversampling, v.plan, v.forward.median,
            v.forward.min, v.adjoint.median, v.adjoint.min, sum(v) / sum(r.variants.front()), v.error,
            2e-6 * static_cast<double>(r.points * r.coils) / sum(v));
    if (r.toeplitz)
        fmt::print("{:>12} {:>9} {:>9.4f} {:>11.4f}   (normal operator; sum ratio {:.3f})\n", "toeplitz", "", r.toeplitz->median, r.toeplitz->min,
            r.toeplitz->median / sum(r.variants.front()));
}

void run(BenchConfig const& config) {
    require(!config.oversampling.empty(), "tessera-bench: /oversampling is empty, expected at least one value");
    if (config.threads) omp_set_num_threads(static_cast<int>(*config.threads));
    Report const report = measure(config);
    if (config.json) fmt::print("{}\n", config_json(report));
    else print(report, config);
}

} // namespace

int main(int argc, char** argv) {
    Usage const usage{.name = "tessera-bench",
        .purpose = "Times the non-uniform Fourier transform.",
        .output = false,
        .examples = {"tessera-bench config.json", "tessera-bench --set matrix=128 --set coils=8"},
        .fields = {"matrix", "trajectory.kind", "trajectory.readouts", "trajectory.samples", "coils", "accuracy", "oversampling", "repeats", "threads"}};
    return program<BenchConfig>(usage, argc, argv, [](BenchConfig const& config, std::filesystem::path const&) { run(config); });
}
