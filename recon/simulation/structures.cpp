#include "recon/simulation/structures.h"

#include "recon/simulation/vessel_tree.h"

#include <numbers>

namespace tessera {
namespace {

using std::numbers::pi;
constexpr std::uint64_t kStream = 4; // of the seed; the thorax has 1 to 3

class Scene {
public:
    Scene(Vector3 const& extent, std::uint64_t seed) : random_(seed, kStream), half_{0.5 * extent[2], 0.5 * extent[1], 0.5 * extent[0]} {}

    std::vector<Tissue> tissues() {
        add_body();
        int const solids = count(10, 70);
        for (int i = 0; i < solids; ++i) add_solid();
        for (int i = count(0, 3); i > 0; --i) add_vessels();
        for (int i = count(0, 3); i > 0; --i) add_curve();
        for (int i = count(0, 10); i > 0; --i) add_sheet();
        return std::move(tissues_);
    }

    /// A factor between about 0.5 and 1.5 that changes slowly.
    std::function<double(Vector3 const&)> shading() { return waves(2, 0.2, 1, random_.uniform(0, 0.4)); }

private:
    bool chance(double share) { return random_.uniform() < share; }
    int count(int low, int high) { return static_cast<int>(random_.uniform(low, high + 1)); }
    double log_uniform(double low, double high) { return low * std::exp(random_.uniform() * std::log(high / low)); }
    double signal() { return chance(0.15) ? random_.uniform(0, 0.05) : random_.uniform(0.05, 1); }

    // 1 plus waves of random direction with `slowest` to `fastest` periods per unit of length.
    std::function<double(Vector3 const&)> waves(int number, double slowest, double fastest, double contrast) {
        struct Wave {
            Vector3 frequency;
            double offset;
        };
        std::vector<Wave> all;
        for (int i = 0; i < number; ++i)
            all.push_back({2 * pi * random_.uniform(slowest, fastest) * direction(), random_.uniform(0, 2 * pi)});
        return [all, scale = contrast * std::sqrt(2.0 / number)](Vector3 const& p) {
            double sum = 0;
            for (Wave const& w : all) sum += std::cos(dot(w.frequency, p) + w.offset);
            return 1 + scale * sum;
        };
    }
    std::function<double(Vector3 const&)> texture() {
        if (!chance(0.35)) return {};
        double const slowest = random_.uniform(2, 15);
        return waves(6, slowest, 2 * slowest, random_.uniform(0.02, 0.3));
    }

    Vector3 direction() {
        double const z = random_.uniform(-1, 1), angle = random_.uniform(0, 2 * pi), sine = std::sqrt(1 - z * z);
        return {sine * std::cos(angle), sine * std::sin(angle), z};
    }
    Vector3 place() {
        Vector3 p{};
        for (int d = 0; d < 3; ++d) p[d] = body_.centre[d] + random_.uniform(-0.9, 0.9) * body_.semi[d];
        return p;
    }
    Ellipsoid solid(Vector3 const& centre, Vector3 const& semi) {
        return turned(centre, semi, random_.uniform(0, pi), random_.uniform(0, pi), random_.uniform(0, pi));
    }

    void add_body() {
        Vector3 centre{}, semi{};
        for (int d = 0; d < 3; ++d) {
            semi[d] = random_.uniform(0.5, 0.92) * half_[d];
            centre[d] = random_.uniform(-1, 1) * (0.95 * half_[d] - semi[d]);
        }
        double const turn = random_.uniform(-0.2, 0.2);
        body_ = turned(centre, semi, turn, turn, 0);
        if (chance(0.15)) return; // solids in air
        if (chance(0.5)) {
            tissues_.push_back({signal(), {body_}, {}}); // the rim: skin, fat, skull
            double const inside = 1 - random_.uniform(0.03, 0.15);
            body_ = turned(centre, inside * semi, turn, turn, 0);
        }
        tissues_.push_back({random_.uniform(0.1, 0.8), {body_}, texture()});
    }
    void add_solid() {
        double const size = log_uniform(0.02, 0.45);
        Vector3 semi{};
        for (int d = 0; d < 3; ++d) semi[d] = size * random_.uniform(0.4, 1) * half_[d];
        tissues_.push_back({signal(), {solid(place(), semi)}, texture()});
    }
    void add_vessels() {
        Ellipsoid const region = solid(place(), log_uniform(0.25, 0.7) * half_);
        auto const in_region = [&](Vector3 const& p) { return std::max(distance(region, p), distance(body_, p)); };
        Vector3 const start = region.centre;
        auto const tree = grow_vessel_tree({start, direction(), log_uniform(0.006, 0.02), 0.002}, in_region, region.centre, random_);
        std::vector<Shape3> shapes(tree.segments.begin(), tree.segments.end());
        tissues_.push_back({chance(0.8) ? random_.uniform(0.5, 1) : signal(), std::move(shapes), {}});
    }
    void add_curve() {
        std::vector<Vector3> points;
        for (int i = count(3, 6); i > 0; --i) points.push_back(place());
        double const radius = log_uniform(0.004, 0.04);
        tissues_.push_back({signal(), tube_along(points, radius, random_.uniform(0.3, 1) * radius), {}});
    }
    void add_sheet() {
        double const size = log_uniform(0.08, 0.4);
        tissues_.push_back({signal(), {solid(place(), {size * half_[0], size * half_[1], log_uniform(0.004, 0.02)})}, {}});
    }

    Random random_;
    Vector3 half_; // half the field of view along x, y, z
    Ellipsoid body_{};
    std::vector<Tissue> tissues_;
};

} // namespace

Tensor<real> random_structures(SamplingGrid const& grid, std::uint64_t seed) {
    Scene scene(grid.extent, seed);
    auto const tissues = scene.tissues();
    auto const shading = scene.shading();
    Tensor<real> const volume = paint(grid, tissues);
    auto const v = volume.view<3>();
#pragma omp parallel for
    for (index_t z = 0; z < v.shape[0]; ++z)
        for (index_t y = 0; y < v.shape[1]; ++y)
            for (index_t x = 0; x < v.shape[2]; ++x) {
                if (v(z, y, x) == 0) continue; // air
                double const factor = std::max(0.0, shading({grid.at(2, x), grid.at(1, y), grid.at(0, z)}));
                v(z, y, x) = static_cast<real>(factor * static_cast<double>(v(z, y, x)));
            }
    return volume;
}

} // namespace tessera
