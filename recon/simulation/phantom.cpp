#include "recon/simulation/phantom.h"

#include <numbers>

namespace tessera {
namespace {

using std::numbers::pi;

/// Varies a length, position or signal by a few percent.
class Variation {
public:
    explicit Variation(Random& random) : random_(random) {}
    double operator()(double value, double share = 0.06) { return value * random_.uniform(1 - share, 1 + share); }
    Vector3 shifted(Vector3 const& p, double by = 0.006) {
        return p + Vector3{random_.uniform(-by, by), random_.uniform(-by, by), random_.uniform(-by, by)};
    }
    Vector3 scaled(Vector3 const& v) { return {(*this)(v[0]), (*this)(v[1]), (*this)(v[2])}; }

private:
    Random& random_;
};

void append(std::vector<Shape3>& to, std::vector<Shape3> const& from) { to.insert(to.end(), from.begin(), from.end()); }

/// 1 +- a few waves of random direction, 8 to 25 per field of view.
std::function<double(Vector3 const&)> mottled(Random& random, double contrast) {
    struct Wave {
        Vector3 frequency;
        double offset;
    };
    std::vector<Wave> waves;
    for (int i = 0; i < 8; ++i) {
        double const z = random.uniform(-1, 1), angle = random.uniform(0, 2 * pi), f = 2 * pi * random.uniform(8, 25);
        double const sine = std::sqrt(1 - z * z);
        waves.push_back({{f * sine * std::cos(angle), f * sine * std::sin(angle), f * z}, random.uniform(0, 2 * pi)});
    }
    return [waves, scale = contrast * std::sqrt(2.0 / 8)](Vector3 const& p) {
        double sum = 0;
        for (Wave const& w : waves) sum += std::cos(dot(w.frequency, p) + w.offset);
        return 1 + scale * sum;
    };
}

struct Organs {
    Torso skin, muscle;
    Ellipsoid right_lung, left_lung, liver, stomach, heart, left_ventricle, right_ventricle, left_atrium;
    Vector3 right_hilum, left_hilum;
};

Organs place_organs(Random& random) {
    Variation vary(random);
    Organs o;
    double const width = vary(0.41, 0.04), depth = vary(0.265, 0.05), fat = vary(0.024, 0.4);
    o.skin = {width, depth, 0.01};
    o.muscle = {width - 1.3 * fat, depth - fat, 0.01};
    o.right_lung = turned(vary.shifted({-0.175, 0.01, -0.07}), vary.scaled({0.135, 0.175, 0.38}), 0, 0.05, 0.10);
    o.left_lung = turned(vary.shifted({0.180, 0.01, -0.07}), vary.scaled({0.128, 0.175, 0.37}), 0, 0.05, -0.10);
    o.liver = turned(vary.shifted({-0.15, 0.0, -0.43}), vary.scaled({0.215, 0.20, 0.28}), 0, 0, 0.12);
    o.stomach = turned(vary.shifted({0.18, 0.01, -0.46}), vary.scaled({0.175, 0.19, 0.27}), 0, 0, -0.1);
    Vector3 const heart = vary.shifted({0.055, -0.06, -0.07}, 0.01);
    double const turn = random.uniform(-0.9, -0.6);
    o.heart = turned(heart, vary.scaled({0.085, 0.080, 0.122}), 0.3, 0.35, turn);
    o.left_ventricle = turned(heart + Vector3{0.030, 0.015, -0.012}, vary.scaled({0.036, 0.036, 0.075}), 0.3, 0.35, turn);
    o.right_ventricle = turned(heart + Vector3{-0.028, -0.018, -0.006}, vary.scaled({0.036, 0.040, 0.085}), 0.3, 0.35, turn);
    o.left_atrium = turned(vary.shifted({0.012, 0.035, -0.005}), vary.scaled({0.055, 0.032, 0.035}), 0, 0, 0);
    o.right_hilum = vary.shifted({-0.085, 0.02, 0.045});
    o.left_hilum = vary.shifted({0.095, 0.025, 0.055});
    return o;
}

std::vector<Shape3> ribs(Torso const& muscle, Random& random) {
    std::vector<Shape3> shapes;
    double const drop = random.uniform(0.10, 0.15); // from the spine to the front end
    for (int rib = 0; rib < 10; ++rib)
        for (double const side : {-1.0, 1.0}) {
            double const top = 0.30 - 0.068 * rib, size = 0.96 - 0.42 * std::exp(-0.75 * rib);
            std::vector<Vector3> points;
            for (int i = 0; i <= 8; ++i) {
                double const angle = pi * (0.06 + 0.74 * i / 8); // from the back to the front
                points.push_back({side * size * 0.93 * muscle.half_width * std::sin(angle),
                    muscle.centre_y + 0.90 * size * muscle.half_depth * std::cos(angle), top - drop * i / 8});
            }
            append(shapes, tube_along(points, 0.0085, 0.0075, 2));
        }
    return shapes;
}

std::vector<Shape3> great_vessels(Organs const& o, Random& random) {
    Variation vary(random);
    std::vector<Shape3> shapes;
    double const arch = vary(0.165), aorta = vary(0.028, 0.12);
    append(shapes,
        tube_along({{0.025, -0.04, 0.0}, {-0.012, -0.055, 0.08}, {0.0, -0.03, arch - 0.015}, {0.03, 0.01, arch},
                       {0.052, 0.07, arch - 0.035}, {0.05, 0.095, 0.02}, {0.035, 0.095, -0.2}, {0.015, 0.085, -0.6}},
            aorta, 0.75 * aorta));
    double const branch = vary(0.011);
    append(shapes, tube_along({{-0.002, -0.02, arch}, {-0.03, -0.03, arch + 0.08}, {-0.05, 0.0, 0.6}}, branch, 0.8 * branch));
    append(shapes, tube_along({{0.022, 0.0, arch}, {0.03, -0.01, arch + 0.08}, {0.045, 0.005, 0.6}}, 0.7 * branch, 0.6 * branch));
    append(shapes,
        tube_along({{0.042, 0.02, arch}, {0.06, 0.01, arch + 0.09}, {0.12, 0.0, arch + 0.14}, {0.26, 0.02, arch + 0.11}}, 0.8 * branch,
            0.6 * branch));
    double const cava = vary(0.020, 0.1); // superior and inferior vena cava with the right atrium between
    append(shapes,
        tube_along({{-0.05, -0.02, 0.6}, {-0.058, -0.03, 0.22}, {-0.055, -0.03, 0.05}, {-0.035, -0.02, -0.05}}, 0.7 * cava, cava));
    append(shapes, tube_along({{-0.035, -0.02, -0.05}, {-0.045, 0.02, -0.16}, {-0.03, 0.06, -0.6}}, 1.1 * cava, 0.9 * cava));
    Vector3 const trunk{0.035, -0.03, 0.085};
    append(shapes, tube_along({{0.02, -0.085, 0.0}, {0.04, -0.07, 0.05}, trunk, o.left_hilum}, vary(0.025), 0.018));
    append(shapes, tube_along({trunk, {0.0, 0.0, 0.078}, o.right_hilum}, 0.020, 0.018));
    for (auto const& hilum : {o.right_hilum, o.left_hilum})
        for (double const drop : {-0.035, -0.075}) // veins of both lungs to the left atrium
            append(shapes,
                tube_along({o.left_atrium.centre, 0.5 * (o.left_atrium.centre + hilum) + Vector3{0, 0, 0.4 * drop},
                               hilum + Vector3{0, 0.005, drop}},
                    0.014, 0.012));
    append(shapes, {o.left_ventricle, o.right_ventricle, o.left_atrium});
    return shapes;
}

std::vector<Shape3> vertebrae(Torso const& muscle, Random& random) {
    std::vector<Shape3> shapes;
    double const bend = random.uniform(0.01, 0.025);
    for (double z = -0.58; z < 0.6; z += 0.056)
        shapes.push_back(
            turned({0, muscle.centre_y + 0.62 * muscle.half_depth + bend * std::cos(5 * z), z}, {0.042, 0.034, 0.023}, 0, 0, 0));
    return shapes;
}

} // namespace

Thorax::Thorax(std::uint64_t seed) {
    Random random(seed, 1), trees(seed, 2);
    Variation vary(random);
    Organs const o = place_organs(random);

    for (bool const right : {true, false}) {
        Ellipsoid const &lung = right ? o.right_lung : o.left_lung, &below = right ? o.liver : o.stomach;
        auto const in_lung = [&](Vector3 const& p) { return std::max({distance(lung, p), -distance(below, p), -distance(o.heart, p)}); };
        Vector3 const hilum = right ? o.right_hilum : o.left_hilum, centre = lung.centre + Vector3{0, 0, 0.08};
        double const side = right ? -1 : 1;
        // an artery that divides for the upper and the lower lung, and a vein for either
        auto const grow = [&](Vector3 const& start, Vector3 const& direction, double radius) {
            pulmonary_vessels_.push_back(grow_vessel_tree({start, direction, radius, 0.0013}, in_lung, centre, trees));
        };
        grow(hilum, {0.6 * side, 0.1, 0.9}, 0.0120);
        grow(hilum, {0.7 * side, 0.25, -0.8}, 0.0135);
        grow(hilum + Vector3{0, 0.005, -0.035}, {0.8 * side, -0.5, 0.6}, 0.0105);
        grow(hilum + Vector3{0, 0.005, -0.075}, {0.8 * side, 0.1, -0.6}, 0.0115);
    }
    std::vector<Shape3> pulmonary;
    for (VesselTree const& tree : pulmonary_vessels_) pulmonary.insert(pulmonary.end(), tree.segments.begin(), tree.segments.end());

    auto const canal =
        tube_along({{0, o.muscle.centre_y + 0.84 * o.muscle.half_depth, -0.6}, {0, o.muscle.centre_y + 0.84 * o.muscle.half_depth, 0.6}},
            0.016, 0.014);
    tissues_ = {
        {vary(0.42, 0.2), {o.skin}, {}}, // subcutaneous fat
        {vary(0.26), {o.muscle}, {}},
        {vary(0.07), ribs(o.muscle, random), {}},
        {vary(0.33), vertebrae(o.muscle, random), {}},
        {vary(0.45), canal, {}},
        {vary(0.075, 0.2), {o.right_lung, o.left_lung}, mottled(random, 0.2)},
        {vary(0.42), {o.liver}, mottled(random, 0.03)},
        {vary(0.32), {o.stomach}, mottled(random, 0.05)},
        {vary(0.45), {o.heart}, {}},
        {vary(0.95, 0.04), great_vessels(o, random), {}},
        {1.0, std::move(pulmonary), {}},
    };
}

Tensor<real> Thorax::magnitude(SamplingGrid const& grid) const {
    Tensor<real> const volume = paint(grid, tissues_);
    auto const v = volume.view<3>();
    for (index_t z = 0; z < v.shape[0]; ++z) { // profile of the excited slab
        double const share = std::abs(grid.at(0, z)) / grid.extent[0], t = std::clamp((share - 0.40) / 0.09, 0.0, 1.0);
        double const profile = 0.5 + 0.5 * std::cos(pi * t);
        for (index_t i = 0; i < v.shape[1] * v.shape[2]; ++i) volume[z].data()[i] *= static_cast<real>(profile);
    }
    return volume;
}

SmoothPhase::SmoothPhase(std::uint64_t seed, double strength) {
    Random random(seed, 3);
    mean_ = random.uniform(-pi, pi);
    constexpr int kWaves = 6;
    for (int i = 0; i < kWaves; ++i) {
        Vector3 const frequency{random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)};
        waves_.push_back({2 * pi * frequency, strength * random.uniform(0.5, 1.5) / std::sqrt(2.0 * kWaves), random.uniform(0, 2 * pi)});
    }
}

double SmoothPhase::at(Vector3 const& position) const {
    double phase = mean_;
    for (Wave const& w : waves_) phase += w.amplitude * std::cos(dot(w.frequency, position) + w.offset);
    return phase;
}

void SmoothPhase::apply_to(Tensor<complex> const& volume, SamplingGrid const& grid) const {
    auto const v = volume.view<3>();
#pragma omp parallel for
    for (index_t z = 0; z < v.shape[0]; ++z)
        for (index_t y = 0; y < v.shape[1]; ++y)
            for (index_t x = 0; x < v.shape[2]; ++x) {
                if (v(z, y, x) == complex{}) continue; // most of the air
                double const phase = at({grid.at(2, x), grid.at(1, y), grid.at(0, z)});
                v(z, y, x) = v(z, y, x) * complex{static_cast<real>(std::cos(phase)), static_cast<real>(std::sin(phase))};
            }
}

} // namespace tessera
