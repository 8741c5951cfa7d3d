#include "recon/simulation/shapes.h"

#include <limits>

namespace tessera {
namespace {

/// Corners of a box; x, y, z in units of the largest field of view (as all positions here).
struct Box {
    Vector3 low, high;
};

double smooth_step(double low, double high, double x) {
    double const t = std::clamp((x - low) / (high - low), 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

double edge(double distance, double voxel) { return std::clamp(0.5 - distance / voxel, 0.0, 1.0); }

double shape_coverage(Tube const& tube, Vector3 const& p, double voxel) {
    Vector3 const axis = tube.to - tube.from, away = p - tube.from;
    double const t = std::clamp(dot(away, axis) / std::max(dot(axis, axis), 1e-30), 0.0, 1.0);
    double const radius = tube.radius_from + t * (tube.radius_to - tube.radius_from);
    // A disc of radius r with the soft edge has the area pi (r^2 + voxel^2 / 12); a tube thinner than a voxel is drawn one
    // voxel wide, and fainter by the ratio of the cross-sections.
    double const soft = voxel * voxel / 12, drawn = std::sqrt(std::max(radius * radius - soft, 0.25 * voxel * voxel));
    double const share = std::min(1.0, radius * radius / (drawn * drawn + soft));
    return share * edge(norm(away - t * axis) - drawn, voxel);
}
double shape_coverage(Ellipsoid const& e, Vector3 const& p, double voxel) { return edge(distance(e, p), voxel); }
double shape_coverage(Torso const& t, Vector3 const& p, double voxel) { return edge(distance(t, p), voxel); }

Box bounds(Tube const& t) {
    Box box;
    for (int d = 0; d < 3; ++d) {
        box.low[d] = std::min(t.from[d] - t.radius_from, t.to[d] - t.radius_to);
        box.high[d] = std::max(t.from[d] + t.radius_from, t.to[d] + t.radius_to);
    }
    return box;
}
Box bounds(Ellipsoid const& e) {
    Box box;
    for (int d = 0; d < 3; ++d) {
        double const half = std::hypot(e.semi[0] * e.axes[0][d], e.semi[1] * e.axes[1][d], e.semi[2] * e.axes[2][d]);
        box.low[d] = e.centre[d] - half;
        box.high[d] = e.centre[d] + half;
    }
    return box;
}
Box bounds(Torso const& t) { return {{-t.half_width, t.centre_y - t.half_depth, -1}, {t.half_width, t.centre_y + t.half_depth, 1}}; }

/// Voxels [begin, end) along dimension d of the grid that a box's side touches.
std::array<index_t, 2> touched(SamplingGrid const& grid, int d, double low, double high) {
    double const margin = grid.voxel();
    auto const begin = static_cast<index_t>(std::floor(grid.index(d, low - margin)));
    auto const end = static_cast<index_t>(std::ceil(grid.index(d, high + margin))) + 1;
    return {std::clamp<index_t>(begin, 0, grid.matrix[d]), std::clamp<index_t>(end, 0, grid.matrix[d])};
}

struct BoundedShape {
    Shape3 const* shape;
    std::array<index_t, 2> z, y, x;
};

/// The coverage of a tissue in one slice, kept between tissues to avoid clearing whole slices.
class SliceCoverage {
public:
    explicit SliceCoverage(SamplingGrid const& grid)
        : grid_(grid), voxel_(grid.voxel()), values_(static_cast<std::size_t>(grid.matrix[1] * grid.matrix[2])) {
        for (index_t x = 0; x < grid.matrix[2]; ++x) x_positions_.push_back(grid.at(2, x));
    }

    void add(BoundedShape const& shape, double z) {
        y_ = {std::min(y_[0], shape.y[0]), std::max(y_[1], shape.y[1])};
        x_ = {std::min(x_[0], shape.x[0]), std::max(x_[1], shape.x[1])};
        std::visit(
            [&](auto const& s) {
                for (index_t y = shape.y[0]; y < shape.y[1]; ++y) {
                    double const y_position = grid_.at(1, y);
                    for (index_t x = shape.x[0]; x < shape.x[1]; ++x) {
                        double& value = values_[y * grid_.matrix[2] + x];
                        value = std::max(value, shape_coverage(s, {x_positions_[x], y_position, z}, voxel_));
                    }
                }
            },
            *shape.shape);
    }

    /// Calls f(y, x, coverage) where there is any, and clears it.
    template <class F> void take(F const& f) {
        for (index_t y = y_[0]; y < y_[1]; ++y)
            for (index_t x = x_[0]; x < x_[1]; ++x)
                if (double& value = values_[y * grid_.matrix[2] + x]; value > 0) {
                    f(y, x, value);
                    value = 0;
                }
        y_ = x_ = kNothing;
    }

private:
    static constexpr std::array<index_t, 2> kNothing{std::numeric_limits<index_t>::max(), 0};
    SamplingGrid grid_;
    double voxel_;
    std::vector<double> values_, x_positions_;
    std::array<index_t, 2> y_ = kNothing, x_ = kNothing;
};

} // namespace

double distance(Ellipsoid const& e, Vector3 const& p) {
    Vector3 const away = p - e.centre;
    double scaled = 0, slope = 0;
    for (int a = 0; a < 3; ++a) {
        double const u = dot(e.axes[a], away) / e.semi[a];
        scaled += u * u;
        slope += u * u / (e.semi[a] * e.semi[a]);
    }
    if (slope < 1e-12) return -std::min({e.semi[0], e.semi[1], e.semi[2]});
    double const radius = std::sqrt(scaled);
    return (radius - 1) * radius / std::sqrt(slope); // f / |grad f| of f = radius - 1
}

double distance(Torso const& t, Vector3 const& p) {
    double const neck = smooth_step(0.30, 0.56, p[2]), waist = smooth_step(0.05, -0.45, p[2]);
    double const width = t.half_width * (1 - 0.65 * neck - 0.06 * waist), depth = t.half_depth * (1 - 0.35 * neck);
    // |x/width|^2.5 + |y/depth|^2.5 = 1
    double const x = std::abs(p[0]) / width, y = std::abs(p[1] - t.centre_y) / depth;
    double const sum = x * x * std::sqrt(x) + y * y * std::sqrt(y);
    double const slope = 2.5 * std::hypot(x * std::sqrt(x) / width, y * std::sqrt(y) / depth);
    return slope < 1e-12 ? -depth : (sum - 1) / slope;
}

double coverage(Shape3 const& shape, Vector3 const& p, double voxel) {
    return std::visit([&](auto const& s) { return shape_coverage(s, p, voxel); }, shape);
}

Ellipsoid turned(Vector3 const& centre, Vector3 const& semi, double yaw, double pitch, double roll) {
    Ellipsoid e{centre, semi};
    for (Vector3& a : e.axes) {
        a = {std::cos(yaw) * a[0] - std::sin(yaw) * a[1], std::sin(yaw) * a[0] + std::cos(yaw) * a[1], a[2]};
        a = {a[0], std::cos(pitch) * a[1] - std::sin(pitch) * a[2], std::sin(pitch) * a[1] + std::cos(pitch) * a[2]};
        a = {std::cos(roll) * a[0] + std::sin(roll) * a[2], a[1], std::cos(roll) * a[2] - std::sin(roll) * a[0]};
    }
    return e;
}

std::vector<Shape3> tube_along(std::vector<Vector3> const& points, double radius_from, double radius_to, int pieces_per_span) {
    std::vector<Shape3> tubes;
    int const spans = static_cast<int>(points.size()) - 1, pieces = spans * pieces_per_span;
    auto const curve = [&](int piece) { // Catmull-Rom spline with repeated end points
        int const i = std::min(piece / pieces_per_span, spans - 1);
        double const t = static_cast<double>(piece) / pieces_per_span - i;
        Vector3 const &p1 = points[i], &p2 = points[i + 1], &p0 = points[std::max(i - 1, 0)], &p3 = points[std::min(i + 2, spans)];
        Vector3 const linear = p2 - p0, square = 2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3, cubic = 3.0 * (p1 - p2) + p3 - p0;
        return p1 + 0.5 * (t * linear + t * t * square + t * t * t * cubic);
    };
    auto const radius = [&](int piece) { return radius_from + (radius_to - radius_from) * piece / pieces; };
    for (int i = 0; i < pieces; ++i) tubes.push_back(Tube{curve(i), curve(i + 1), radius(i), radius(i + 1)});
    return tubes;
}

Tensor<real> paint(SamplingGrid const& grid, std::vector<Tissue> const& tissues) {
    std::vector<std::vector<BoundedShape>> bounded(tissues.size());
    for (std::size_t t = 0; t < tissues.size(); ++t)
        for (Shape3 const& shape : tissues[t].shapes) {
            Box const box = std::visit([](auto const& s) { return bounds(s); }, shape);
            bounded[t].push_back({&shape, touched(grid, 0, box.low[2], box.high[2]), touched(grid, 1, box.low[1], box.high[1]),
                touched(grid, 2, box.low[0], box.high[0])});
        }

    auto const volume = Tensor<real>::zeros(Context(Device::cpu), {grid.matrix[0], grid.matrix[1], grid.matrix[2]});
    auto const v = volume.view<3>();
#pragma omp parallel
    {
        SliceCoverage slice(grid);
#pragma omp for schedule(dynamic)
        for (index_t z = 0; z < grid.matrix[0]; ++z)
            for (std::size_t t = 0; t < tissues.size(); ++t) {
                for (BoundedShape const& shape : bounded[t])
                    if (z >= shape.z[0] && z < shape.z[1]) slice.add(shape, grid.at(0, z));
                slice.take([&](index_t y, index_t x, double covered) {
                    double signal = tissues[t].signal;
                    if (tissues[t].texture) signal *= tissues[t].texture({grid.at(2, x), grid.at(1, y), grid.at(0, z)});
                    v(z, y, x) = static_cast<real>(v(z, y, x) + covered * (signal - v(z, y, x)));
                });
            }
    }
    return volume;
}

} // namespace tessera
