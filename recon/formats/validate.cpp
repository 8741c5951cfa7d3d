#include "recon/formats/validate.h"

#include "core/arrays/finite.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace tessera {

namespace {

/// Gradient delays and rounding put samples slightly outside; half a cell of the matrix is never a wrong unit.
constexpr double kOutsideTolerance = 0.5;

/// The index along each dimension, as "[2, 17, 5]".
std::string index_string(Shape const& shape, index_t flat) {
    std::vector<index_t> index(static_cast<std::size_t>(shape.rank()));
    for (int d = shape.rank() - 1; d >= 0; --d) {
        index[static_cast<std::size_t>(d)] = flat % shape[d];
        flat /= shape[d];
    }
    return Shape(index).str();
}

std::string value_string(real v) { return fmt::format("{}", v); }
std::string value_string(complex v) { return fmt::format("({}, {})", v.re, v.im); }

std::span<real const> numbers(Tensor<real> const& t) { return t.host(); }
std::span<real const> numbers(Tensor<complex> const& t) { return {&t.data()->re, 2 * static_cast<std::size_t>(t.size())}; }

template <class T> void require_finite(Acquisition const& a, Tensor<T> const& t, char const* field) {
    auto const bad = first_not_finite(numbers(t));
    if (!bad) return;
    auto const at = *bad * static_cast<index_t>(sizeof(real)) / static_cast<index_t>(sizeof(T));
    fail("{}: {} at {} is {}: expected finite numbers", a.source, field, index_string(t.shape(), at), value_string(t.data()[at]));
}

void require_shapes(Acquisition const& a) {
    Shape const &y = a.kspace.shape(), &k = a.trajectory.shape();
    require(y.rank() == 3, "{}: kspace: expected [coil, readout, sample], found shape {}", a.source, y.str());
    require(y.size() > 0, "{}: kspace is empty: shape {}", a.source, y.str());
    require(k.rank() == 3 && k[2] == 3 && k[0] == y[1] && k[1] == y[2],
        "{}: trajectory: expected [{}, {}, 3] as kspace has {}, found shape {}", a.source, y[1], y[2], y.str(), k.str());
    if (a.weights)
        require(a.weights->shape().rank() == 2 && a.weights->shape()[0] == y[1] && a.weights->shape()[1] == y[2],
            "{}: weights: expected [{}, {}] as kspace has {}, found shape {}", a.source, y[1], y[2], y.str(), a.weights->shape().str());
    if (a.noise)
        require(a.noise->shape().rank() == 2 && a.noise->shape()[0] == y[0],
            "{}: noise: expected [{}, n] as kspace has {} coils, found shape {}", a.source, y[0], y[0], a.noise->shape().str());
    Matrix const& m = a.matrix;
    auto const has_matrix = [&](Shape const& s, int first) {
        return m[0] == 0 || (s[first] == m[0] && s[first + 1] == m[1] && s[first + 2] == m[2]);
    };
    if (a.maps) {
        Shape const& s = a.maps->shape();
        require(s.rank() == 4, "{}: maps: expected [coil, z, y, x], found shape {}", a.source, s.str());
        require(s[0] == y[0], "{}: maps: {} coils in the maps but {} in kspace", a.source, s[0], y[0]);
        require(has_matrix(s, 1), "{}: maps: shape {} does not have the matrix [{}, {}, {}]", a.source, s.str(), m[0], m[1], m[2]);
    }
    if (a.reference) {
        Shape const& s = a.reference->shape();
        require(s.rank() == 3, "{}: reference: expected [z, y, x], found shape {}", a.source, s.str());
        require(has_matrix(s, 0), "{}: reference: shape {} does not have the matrix [{}, {}, {}]", a.source, s.str(), m[0], m[1], m[2]);
    }
}

void require_vessels(Acquisition const& a) {
    for (std::size_t i = 0; i < a.vessels.size(); ++i) {
        auto const& v = a.vessels[i];
        for (double const x : {v.from[0], v.from[1], v.from[2], v.to[0], v.to[1], v.to[2], v.radius_from, v.radius_to})
            require(std::isfinite(x), "{}: vessels at [{}] has {}: expected finite numbers", a.source, i, x);
        double const radius = std::min(v.radius_from, v.radius_to);
        require(radius > 0, "{}: vessels at [{}] has a radius of {} mm: expected more than zero", a.source, i, radius);
    }
}

void require_signal(Acquisition const& a, std::vector<double> const& signal, char const* field) {
    require(signal.empty() || std::ssize(signal) == a.readouts(), "{}: {}: expected a number for each of {} readouts, found {}", a.source,
        field, a.readouts(), signal.size());
    for (std::size_t i = 0; i < signal.size(); ++i)
        require(std::isfinite(signal[i]), "{}: {} at [{}] is {}: expected finite numbers", a.source, field, i, signal[i]);
}

void require_geometry(Acquisition const& a) {
    Geometry const& g = a.geometry;
    for (std::size_t d = 0; d < 3; ++d) {
        require(std::isfinite(g.fov_mm[d]) && g.fov_mm[d] >= 0 && g.fov_mm[d] <= 1e5,
            "{}: fov_mm is {}, {}, {} (z, y, x): expected millimetres, or 0 where it is unknown", a.source, g.fov_mm[0], g.fov_mm[1],
            g.fov_mm[2]);
        require(std::abs(g.centre_mm[d]) <= 1e5, "{}: centre_mm is {}, {}, {}: expected millimetres", a.source, g.centre_mm[0],
            g.centre_mm[1], g.centre_mm[2]);
    }
    auto const dot = [](Vector3 const& u, Vector3 const& v) { return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]; };
    Vector3 const* const directions[] = {&g.x_direction, &g.y_direction, &g.z_direction};
    for (auto const* u : directions)
        for (auto const* v : directions)
            require(std::abs(dot(*u, *v) - (u == v ? 1 : 0)) < 2e-2,
                "{}: x_direction, y_direction and z_direction are not perpendicular unit vectors: [{}, {}, {}] and [{}, {}, {}]", a.source,
                (*u)[0], (*u)[1], (*u)[2], (*v)[0], (*v)[1], (*v)[2]);
}

/// The range in which squares and sums over all samples are numbers of single precision.
void require_intensity(Acquisition const& a) {
    constexpr double kLeast = 1e-12, kMost = 1e12;
    real largest = 0;
    auto const kspace = numbers(a.kspace);
#pragma omp parallel for simd schedule(static) reduction(max : largest)
    for (std::size_t i = 0; i < kspace.size(); ++i) largest = std::max(largest, std::abs(kspace[i]));
    require(largest == 0 || (largest >= kLeast && largest <= kMost), // zeros can be read, but not reconstructed
        "{}: kspace: the largest value is {:.3g}, expected {:g} to {:g}: scale the data", a.source, largest, kLeast, kMost);
    if (!a.weights) return;
    double sum = 0;
    for (real const w : a.weights->host()) sum += w;
    require(sum > 0, "{}: weights are zero everywhere", a.source);
    require(sum <= kMost * static_cast<double>(a.weights->size()), "{}: weights: their mean is {:.3g}, expected at most {:g}", a.source,
        sum / static_cast<double>(a.weights->size()), kMost);
}

void require_inside(Acquisition const& a) {
    auto const k = a.trajectory.host();
    char const* const names[] = {"kx", "ky", "kz"};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        index_t const n = a.matrix[2 - axis];
        require(n >= 1, "{}: matrix: expected positive numbers (z, y, x), found [{}, {}, {}]", a.source, a.matrix[0], a.matrix[1],
            a.matrix[2]);
        double const limit = n == 1 ? kOutsideTolerance : 0.5 * static_cast<double>(n) + kOutsideTolerance;
        real most = 0;
#pragma omp parallel for simd schedule(static) reduction(max : most)
        for (std::size_t i = axis; i < k.size(); i += 3) most = std::max(most, std::abs(k[i]));
        if (most <= limit) continue;
        for (std::size_t i = axis; i < k.size(); i += 3)
            if (std::abs(k[i]) > limit)
                fail("{}: trajectory at {}: {} is {:.6g} cycles per field of view, outside of the matrix {} (at most {})", a.source,
                    index_string(a.trajectory.shape(), static_cast<index_t>(i)), names[axis], k[i], n, n / 2);
    }
}

} // namespace

void validate(Acquisition const& a) {
    require_shapes(a);
    if (a.kspace.context().rehearses()) return;
    require_finite(a, a.kspace, "kspace");
    require_finite(a, a.trajectory, "trajectory");
    if (a.weights) require_finite(a, *a.weights, "weights");
    if (a.noise) require_finite(a, *a.noise, "noise");
    if (a.maps) require_finite(a, *a.maps, "maps");
    if (a.reference) require_finite(a, *a.reference, "reference");
    if (a.weights)
        for (index_t i = 0; i < a.weights->size(); ++i)
            if (a.weights->data()[i] < 0)
                fail("{}: weights at {} is {}: expected zero or more", a.source, index_string(a.weights->shape(), i), a.weights->data()[i]);
    require_intensity(a);
    require_vessels(a);
    require_signal(a, a.times, "times");
    require_signal(a, a.respiration, "respiration");
    require_geometry(a);
    if (a.matrix != Matrix{0, 0, 0}) require_inside(a);
}

} // namespace tessera
