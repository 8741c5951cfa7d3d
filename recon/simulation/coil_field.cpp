#include "recon/simulation/coil_field.h"

#include "core/arrays/random.h"

#include <numbers>

namespace tessera {
namespace {

using std::numbers::pi;

struct EllipticIntegrals {
    double first, second;
};

/// Complete elliptic integrals K(m) and E(m) by the arithmetic-geometric mean.
EllipticIntegrals elliptic(double m) {
    double a = 1, b = std::sqrt(1 - m), sum = 0.5 * m, power = 0.5;
    for (int i = 0; i < 12 && a - b > 1e-9 * a; ++i) {
        double const c = 0.5 * (a - b);
        b = std::sqrt(a * b);
        a -= c;
        power *= 2;
        sum += power * c * c;
    }
    double const first = pi / (a + b);
    return {first, first * (1 - sum)};
}

} // namespace

Vector3 loop_field(Loop const& loop, Vector3 const& position) {
    Vector3 const away = position - loop.centre;
    double const z = dot(away, loop.normal), a = loop.radius;
    Vector3 const radial = away - z * loop.normal;
    double const rho = norm(radial), height2 = z * z + loop.wire * loop.wire;
    double const near = (a - rho) * (a - rho) + height2, far = (a + rho) * (a + rho) + height2; // squared distances to the wire
    auto const [k, e] = elliptic(4 * a * rho / far);
    double const along = (k + (a * a - rho * rho - height2) / near * e) / std::sqrt(far);
    Vector3 field = along * loop.normal;
    if (rho > 1e-6 * a) {
        double const outward = z / (rho * std::sqrt(far)) * (-k + (a * a + rho * rho + height2) / near * e);
        field = field + outward / rho * radial;
    }
    return field;
}

CoilArray::CoilArray(CoilArrayConfig const& config, Vector3 const& extent) {
    require(config.coils >= 1, "coils: {} coils, expected at least 1", config.coils);
    require(config.dead >= 0 && config.dead < config.coils, "coils: {} of {} coils are dead, expected fewer", config.dead, config.coils);
    require(config.rings >= 0 && config.rings <= config.coils, "coils: {} rings for {} coils", config.rings, config.coils);
    require(config.distance > 0, "coils: distance is {}, expected a positive number", config.distance);
    index_t const rings = config.rings ? config.rings : config.coils < 6 ? 1 : config.coils < 16 ? 2 : 3;
    double const half_x = 0.5 * config.distance * extent[2], half_y = 0.5 * config.distance * extent[1];
    double const length = std::max(extent[0], 0.5), pitch = length / static_cast<double>(rings);
    for (index_t ring = 0; ring < rings; ++ring) {
        index_t const first = ring * config.coils / rings, last = (ring + 1) * config.coils / rings, count = last - first;
        // loops as large as their share of the cylinder, overlapping a little
        double const width = 2 * pi * std::sqrt(0.5 * (half_x * half_x + half_y * half_y)) / static_cast<double>(count);
        double const radius = 0.55 * std::min(std::sqrt(width * pitch), 0.9);
        for (index_t i = 0; i < count; ++i) { // every other ring is turned by half a loop
            double const angle =
                2 * pi * (static_cast<double>(i) + 0.5 * static_cast<double>(ring % 2) + 0.25) / static_cast<double>(count);
            Vector3 const centre{half_x * std::cos(angle), half_y * std::sin(angle),
                (static_cast<double>(ring) + 0.5) * pitch - 0.5 * length};
            Vector3 const inwards = normalized({-std::cos(angle) / half_x, -std::sin(angle) / half_y, 0});
            loops_.push_back({centre, inwards, radius, 0.25 * radius});
        }
    }

    alive_ = config.coils - config.dead;
    // the largest root-sum-of-squares in a cylinder where bodies are
    SamplingGrid const grid({9, 33, 33}, extent);
    Tensor<complex> const all = maps(grid);
    auto const v = all.view<4>();
    double largest = 0;
    for (index_t z = 0; z < 9; ++z)
        for (index_t y = 0; y < 33; ++y)
            for (index_t x = 0; x < 33; ++x) {
                if (std::hypot(grid.at(1, y) / extent[1], grid.at(2, x) / extent[2]) > 0.42) continue;
                double sum = 0;
                for (index_t c = 0; c < v.shape[0]; ++c) sum += norm2(v(c, z, y, x));
                largest = std::max(largest, sum);
            }
    scale_ = 1 / std::sqrt(largest);
}

Tensor<complex> CoilArray::maps(SamplingGrid const& grid, index_t begin, index_t end) const {
    Matrix const& m = grid.matrix;
    Tensor<complex> const maps(Context(Device::cpu), {end - begin, m[0], m[1], m[2]});
    auto const v = maps.view<4>();
    if (loops_.size() == 1) {
        std::ranges::fill(maps.host(), complex{1, 0});
        return maps;
    }
#pragma omp parallel for collapse(2)
    for (index_t c = begin; c < end; ++c)
        for (index_t z = 0; z < m[0]; ++z)
            for (index_t y = 0; y < m[1]; ++y)
                for (index_t x = 0; x < m[2]; ++x) {
                    if (c >= alive_) {
                        v(c - begin, z, y, x) = {0, 0};
                        continue;
                    }
                    Vector3 const b = loop_field(loops_[c], {grid.at(2, x), grid.at(1, y), grid.at(0, z)});
                    v(c - begin, z, y, x) = {static_cast<real>(scale_ * b[0]), static_cast<real>(-scale_ * b[1])};
                }
    return maps;
}

Tensor<complex> noise_covariance(CoilArray const& array, CoilArrayConfig const& config, std::uint64_t seed) {
    double const nearest = config.noise_correlation, spread = config.noise_spread;
    require(nearest >= 0 && nearest < 1, "coils: noise correlation is {}, expected 0 <= correlation < 1", nearest);
    require(spread >= 0 && spread < 1, "coils: spread of the noise is {}, expected 0 <= spread < 1", spread);
    auto const& loops = array.loops();
    auto const n = static_cast<index_t>(loops.size());
    Random random(seed, 4);
    std::vector<double> deviation(loops.size()), phase(loops.size());
    double power = 0, closest = 1e9;
    for (std::size_t i = 0; i < loops.size(); ++i) {
        deviation[i] = 1 + spread * random.uniform(-1, 1);
        phase[i] = random.uniform(-pi, pi);
        power += deviation[i] * deviation[i] / static_cast<double>(n);
        for (std::size_t j = 0; j < i; ++j) closest = std::min(closest, norm(loops[i].centre - loops[j].centre));
    }
    Tensor<complex> const covariance(Context(Device::cpu), {n, n});
    auto const v = covariance.view<2>();
    for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j < n; ++j) {
            double const pairs = norm(loops[i].centre - loops[j].centre) / closest; // exp(-distance) is positive definite
            double const value = (i == j ? 1 : nearest > 0 ? std::pow(nearest, pairs) : 0) * deviation[i] * deviation[j] / power;
            double const angle = phase[i] - phase[j];
            v(i, j) = {static_cast<real>(value * std::cos(angle)), static_cast<real>(value * std::sin(angle))};
        }
    return covariance;
}

} // namespace tessera
