#include "recon/simulation/trajectories.h"

#include <algorithm>
#include <bit>
#include <numbers>
#include <numeric>

namespace tessera {
namespace {

using std::numbers::pi;
// The golden means: 1/g^2 and 1/g, where g^3 = g^2 + 1.
constexpr double kGoldenMean1 = 0.46557123187676802665, kGoldenMean2 = 0.68232780382801932737;
constexpr double kGoldenRatio = std::numbers::phi;

double fraction(double x) { return x - std::floor(x); }

bool is_2d(TrajectoryKind kind) { return kind == TrajectoryKind::radial_2d || kind == TrajectoryKind::spiral_2d; }
bool is_radial(TrajectoryKind kind) {
    return kind == TrajectoryKind::koosh_ball || kind == TrajectoryKind::stack_of_stars || kind == TrajectoryKind::radial_2d;
}

/// 0 ... n-1 ordered by their bit-reversed value.
std::vector<index_t> bit_reversed_order(index_t n) {
    std::vector<index_t> order;
    auto const size = std::bit_ceil(static_cast<std::uint64_t>(n));
    int const bits = std::bit_width(size) - 1;
    for (std::uint64_t i = 0; i < size; ++i) {
        std::uint64_t reversed = 0;
        for (int b = 0; b < bits; ++b) reversed |= ((i >> b) & 1) << (bits - 1 - b);
        if (reversed < static_cast<std::uint64_t>(n)) order.push_back(static_cast<index_t>(reversed));
    }
    return order;
}

/// Two even coordinates in [0, 1) per readout; the first alone is what 2D kinds need.
struct Sequence {
    std::vector<double> u, v;
};

Sequence sequence_3d(ReadoutOrder order, index_t n) {
    Sequence s;
    auto const reversed = order == ReadoutOrder::bit_reversed ? bit_reversed_order(n) : std::vector<index_t>{};
    for (index_t m = 0; m < n; ++m) {
        if (order == ReadoutOrder::golden) {
            s.u.push_back(fraction(m * kGoldenMean1));
            s.v.push_back(fraction(m * kGoldenMean2));
        } else { // a Fibonacci lattice
            auto const i = static_cast<double>(reversed[m]);
            s.u.push_back((i + 0.5) / n);
            s.v.push_back(fraction(i * kGoldenRatio));
        }
    }
    return s;
}

std::vector<double> sequence_2d(ReadoutOrder order, index_t n) {
    std::vector<double> u;
    auto const reversed = order == ReadoutOrder::bit_reversed ? bit_reversed_order(n) : std::vector<index_t>{};
    for (index_t m = 0; m < n; ++m)
        u.push_back(order == ReadoutOrder::golden ? fraction(m * (kGoldenRatio - 1)) : static_cast<double>(reversed[m]) / n);
    return u;
}

// An Archimedean spiral of radius 0 ... 1 that winds with angle `winding` x radius (0 is a straight line).

double arc_length(double radius, double winding) {
    if (winding < 1e-9) return radius;
    double const w = winding * radius;
    return 0.5 * (radius * std::sqrt(1 + w * w) + std::asinh(w) / winding);
}

/// The radius at which the part `share` of the arc length is done.
double radius_at(double share, double winding) {
    double const target = share * arc_length(1, winding);
    double radius = share;
    for (int i = 0; i < 50; ++i) {
        double const step = (arc_length(radius, winding) - target) / std::hypot(1.0, winding * radius);
        radius -= step;
        if (std::abs(step) < 1e-14) break;
    }
    return std::clamp(radius, 0.0, 1.0);
}

/// Polar angles of cones, dense where the readouts of a cone leave wide gaps: density sin t / sqrt(1 + (winding sin t)^2).
class PolarAngles {
public:
    explicit PolarAngles(double winding) : cumulative_(kSteps + 1) {
        for (int i = 0; i < kSteps; ++i) {
            double const sine = std::sin((i + 0.5) * pi / kSteps);
            cumulative_[i + 1] = cumulative_[i] + sine / std::hypot(1.0, winding * sine) * pi / kSteps;
        }
    }
    double total() const { return cumulative_.back(); }
    double at(double u) const {
        auto const next = std::upper_bound(cumulative_.begin() + 1, cumulative_.end() - 1, u * total());
        double const low = *(next - 1), high = *next;
        return (static_cast<double>(next - 1 - cumulative_.begin()) + (u * total() - low) / (high - low)) * pi / kSteps;
    }

private:
    static constexpr int kSteps = 4096;
    std::vector<double> cumulative_;
};

/// The signed radius of sample s of a spoke, in units of N/2.
double spoke_radius(bool centre_out, index_t s, index_t samples) {
    double const n = static_cast<double>(samples);
    return centre_out ? s / n : 2 * (s - static_cast<double>(samples / 2)) / n;
}

index_t largest(TrajectoryKind kind, Matrix const& m) {
    bool const in_plane = is_2d(kind) || kind == TrajectoryKind::stack_of_stars;
    return in_plane ? std::max(m[1], m[2]) : std::max({m[0], m[1], m[2]});
}

void check(TrajectoryConfig const& c, Matrix const& m) {
    require(m[0] >= 1 && m[1] >= 2 && m[2] >= 2, "trajectory: matrix {} x {} x {} (z, y, x) is too small", m[0], m[1], m[2]);
    require(is_2d(c.kind) == (m[0] == 1), "trajectory: a {} trajectory needs a matrix with {} in z, found {} x {} x {} (z, y, x)",
        is_2d(c.kind) ? "2D" : "3D", is_2d(c.kind) ? "1" : "more than 1", m[0], m[1], m[2]);
    require(c.undersampling > 0, "trajectory: undersampling is {}, expected a positive number", c.undersampling);
    require(c.readout_oversampling > 0, "trajectory: readout_oversampling is {}, expected a positive number", c.readout_oversampling);
    require(c.readouts >= 0 && c.samples >= 0, "trajectory: {} readouts of {} samples, expected 0 (automatic) or more", c.readouts,
        c.samples);
    require(c.turns >= 0, "trajectory: turns is {}, expected 0 or more", c.turns);
}

index_t default_readouts(TrajectoryConfig const& c, Matrix const& m) {
    index_t const unit = c.kind == TrajectoryKind::stack_of_stars ? m[0] : 1; // a spoke is acquired in every partition
    auto const wanted = std::llround(static_cast<double>(nyquist_readouts(c, m)) / unit / c.undersampling);
    return std::max<index_t>(wanted, 1) * unit;
}

index_t default_samples(TrajectoryConfig const& c, Matrix const& m) {
    bool const through = is_radial(c.kind) && !c.centre_out;
    double const length = is_radial(c.kind) ? (through ? 2 : 1) : arc_length(1, 2 * pi * c.turns);
    return std::max<index_t>(2, std::llround(std::ceil(0.5 * static_cast<double>(largest(c.kind, m)) * length * c.readout_oversampling)));
}

/// Calls f(readout, sample, x, y, z) with every point in units of N/2.
template <class F> void radial_3d(TrajectoryConfig const& c, index_t readouts, index_t samples, F const& f) {
    Sequence const directions = sequence_3d(c.order, readouts);
    for (index_t m = 0; m < readouts; ++m) { // a full spoke needs directions of one hemisphere only
        double const z = c.centre_out ? 1 - 2 * directions.u[m] : directions.u[m];
        double const angle = 2 * pi * directions.v[m], sine = std::sqrt(std::max(0.0, 1 - z * z));
        for (index_t s = 0; s < samples; ++s) {
            double const r = spoke_radius(c.centre_out, s, samples);
            f(m, s, r * sine * std::cos(angle), r * sine * std::sin(angle), r * z);
        }
    }
}

template <class F> void cones(TrajectoryConfig const& c, index_t readouts, index_t samples, F const& f) {
    Sequence const directions = sequence_3d(c.order, readouts);
    double const winding = 2 * pi * c.turns;
    PolarAngles const polar(winding);
    for (index_t m = 0; m < readouts; ++m) {
        double const theta = polar.at(directions.u[m]), sine = std::sin(theta), cosine = std::cos(theta);
        for (index_t s = 0; s < samples; ++s) {
            double const r = radius_at(s / static_cast<double>(samples), winding * sine);
            double const angle = 2 * pi * directions.v[m] + winding * r;
            f(m, s, r * sine * std::cos(angle), r * sine * std::sin(angle), r * cosine);
        }
    }
}

template <class F> void spirals_3d(TrajectoryConfig const& c, index_t readouts, index_t samples, F const& f) {
    Sequence const normals = sequence_3d(c.order, readouts);
    double const winding = 2 * pi * c.turns;
    for (index_t m = 0; m < readouts; ++m) {
        double const z = normals.u[m], sine = std::sqrt(std::max(0.0, 1 - z * z)), azimuth = 2 * pi * normals.v[m];
        double const ca = std::cos(azimuth), sa = std::sin(azimuth);
        Vector3 const e1{-sa, ca, 0}, e2{-z * ca, -z * sa, sine};        // the plane's axes
        double const start = 2 * pi * fraction(m * std::numbers::sqrt2); // unrelated to the numbers of the normals
        for (index_t s = 0; s < samples; ++s) {
            double const r = radius_at(s / static_cast<double>(samples), winding);
            double const a = r * std::cos(start + winding * r), b = r * std::sin(start + winding * r);
            f(m, s, a * e1[0] + b * e2[0], a * e1[1] + b * e2[1], a * e1[2] + b * e2[2]);
        }
    }
}

/// Spokes or spirals in the plane, each of them in all partitions.
template <class F> void planar(TrajectoryConfig const& c, index_t partitions, index_t readouts, index_t samples, F const& f) {
    require(readouts % partitions == 0, "trajectory: {} readouts cannot be shared by {} partitions evenly", readouts, partitions);
    bool const spiral = c.kind == TrajectoryKind::spiral_2d;
    bool const half_circle = !spiral && !c.centre_out; // a full spoke is its own opposite
    double const winding = spiral ? 2 * pi * c.turns : 0;
    auto const starts = sequence_2d(c.order, readouts / partitions);
    for (index_t m = 0; m < readouts; ++m) {
        double const start = (half_circle ? pi : 2 * pi) * starts[m / partitions];
        double const z = 2 * (m % partitions - static_cast<double>(partitions / 2)) / static_cast<double>(partitions);
        for (index_t s = 0; s < samples; ++s) {
            double const r = spiral ? radius_at(s / static_cast<double>(samples), winding) : spoke_radius(c.centre_out, s, samples);
            f(m, s, r * std::cos(start + winding * r), r * std::sin(start + winding * r), z);
        }
    }
}

} // namespace

index_t nyquist_readouts(TrajectoryConfig const& c, Matrix matrix) {
    check(c, matrix);
    double const n = static_cast<double>(largest(c.kind, matrix)), winding = 2 * pi * c.turns;
    double const circle = pi * n * (c.centre_out ? 1 : 0.5), sphere = n * circle; // spokes, one per unit of arc or surface
    double count = 0;
    switch (c.kind) {
    case TrajectoryKind::koosh_ball: count = sphere; break;
    case TrajectoryKind::stack_of_stars: return std::llround(std::ceil(circle)) * matrix[0];
    case TrajectoryKind::cones: count = 0.5 * pi * n * n * PolarAngles(winding).total(); break;
    case TrajectoryKind::spiral_3d: count = pi * n * n / std::hypot(1.0, winding); break;
    case TrajectoryKind::radial_2d: count = circle; break;
    case TrajectoryKind::spiral_2d: count = pi * n / std::hypot(1.0, winding); break;
    }
    return std::llround(std::ceil(count));
}

Tensor<real> make_trajectory(TrajectoryConfig const& c, Matrix matrix) {
    check(c, matrix);
    index_t const readouts = c.readouts ? c.readouts : default_readouts(c, matrix);
    index_t const samples = c.samples ? c.samples : default_samples(c, matrix);
    Tensor<real> trajectory(Context(Device::cpu), {readouts, samples, 3});
    auto const k = trajectory.view<3>();
    double const hx = matrix[2] / 2.0, hy = matrix[1] / 2.0, hz = matrix[0] / 2.0;
    auto const store = [&](index_t m, index_t s, double x, double y, double z) {
        k(m, s, 0) = static_cast<real>(hx * x);
        k(m, s, 1) = static_cast<real>(hy * y);
        k(m, s, 2) = static_cast<real>(hz * z);
    };
    switch (c.kind) {
    case TrajectoryKind::koosh_ball: radial_3d(c, readouts, samples, store); break;
    case TrajectoryKind::cones: cones(c, readouts, samples, store); break;
    case TrajectoryKind::spiral_3d: spirals_3d(c, readouts, samples, store); break;
    case TrajectoryKind::stack_of_stars: planar(c, matrix[0], readouts, samples, store); break;
    case TrajectoryKind::radial_2d:
    case TrajectoryKind::spiral_2d: planar(c, 1, readouts, samples, store); break;
    }
    return trajectory;
}

} // namespace tessera
