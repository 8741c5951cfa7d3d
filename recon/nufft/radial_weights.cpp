#include "recon/nufft/radial_weights.h"

#include "core/device/host_memory.h"
#include "recon/acquisition/acquisition.h"
#include "recon/nufft/density.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tessera {
namespace {

/// The interval around a position, up to halfway to its neighbours; `sharing` positions at one place have one interval.
struct Cell {
    double low, high, sharing;
};

/// Positions closer than `same` count as one. The outermost cells are symmetric; a lone one is [position - 1/2, position + 1/2].
std::vector<Cell> cells_of(std::vector<double> const& positions, double same) {
    std::vector<std::size_t> order(positions.size()), places; // places: where in `order` a new one begins
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return positions[a] < positions[b]; });
    std::vector<double> at;
    for (std::size_t i = 0; i < order.size(); ++i)
        if (i == 0 || positions[order[i]] - at.back() > same) {
            at.push_back(positions[order[i]]);
            places.push_back(i);
        }
    places.push_back(order.size());

    std::vector<Cell> cells(positions.size());
    for (std::size_t p = 0; p < at.size(); ++p) {
        double const before = p > 0 ? at[p] - at[p - 1] : p + 1 < at.size() ? at[p + 1] - at[p] : 1;
        double const after = p + 1 < at.size() ? at[p + 1] - at[p] : before;
        for (std::size_t i = places[p]; i < places[p + 1]; ++i)
            cells[order[i]] = {at[p] - before / 2, at[p] + after / 2, static_cast<double>(places[p + 1] - places[p])};
    }
    return cells;
}

/// A readout as a line through the centre, in units of the trajectory's extents.
struct Spoke {
    Vector3 direction;             ///< unit vector towards the sample farthest from the centre
    std::vector<double> at;        ///< of its samples, along the direction
    double end, other_end;         ///< farthest samples; other_end is 0 or less
    double gap = 1, other_gap = 1; ///< part of the circle or sphere on either side of the centre

    bool is_full() const { return -other_end >= 0.5 * end; }
};

/// q: [sample] positions in units of the extents.
Spoke make_spoke(std::vector<Vector3> const& q, index_t readout) {
    auto const length = [](Vector3 const& v) { return std::hypot(v[0], v[1], v[2]); };
    Vector3 const tip = *std::max_element(q.begin(), q.end(), [&](auto const& a, auto const& b) { return length(a) < length(b); });
    Spoke spoke{{}, {}, length(tip), 0};
    require(spoke.end > 0, "density: readout {} lies at k = 0 entirely, so it is not radial", readout);
    for (std::size_t d = 0; d < 3; ++d) spoke.direction[d] = tip[d] / spoke.end;
    for (Vector3 const& p : q) {
        double const t = p[0] * spoke.direction[0] + p[1] * spoke.direction[1] + p[2] * spoke.direction[2];
        double const off = std::sqrt(std::max(0.0, length(p) * length(p) - t * t));
        require(off <= 0.05 * spoke.end, "density: readout {} is not a straight line through the centre of k-space (choose \"pipe\")",
            readout);
        spoke.at.push_back(t);
        spoke.other_end = std::min(spoke.other_end, t);
    }
    return spoke;
}

/// Angles between neighbouring directions in the plane, of the spokes that `members` names.
void find_gaps(std::vector<Spoke>& spokes, std::vector<index_t> const& members) {
    constexpr double kTurn = 2 * std::numbers::pi;
    std::vector<double> angles;
    auto const add = [&](double angle) { angles.push_back(angle - kTurn * std::floor(angle / kTurn)); };
    for (index_t const m : members) {
        double const angle = std::atan2(spokes[m].direction[1], spokes[m].direction[0]);
        add(angle);
        if (spokes[m].is_full()) add(angle + kTurn / 2);
    }
    // The circle once more on both sides, so that the first and the last are neighbours.
    std::size_t const n = angles.size();
    for (std::size_t i = 0; i < n; ++i) angles.push_back(angles[i] - kTurn);
    for (std::size_t i = 0; i < n; ++i) angles.push_back(angles[i] + kTurn);
    auto const cells = cells_of(angles, 1e-6);
    std::size_t next = 0;
    auto const take = [&] {
        Cell const& cell = cells[next++];
        return (cell.high - cell.low) / cell.sharing;
    };
    for (index_t const m : members) {
        spokes[m].gap = take();
        spokes[m].other_gap = spokes[m].is_full() ? take() : spokes[m].gap;
    }
}

/// Integral of t^(dims - 1) from the centre to `to`, less what a sum over samples `spacing` apart would have too much.
///
/// The plain integral weights the centre as if its cell were flat: 10 % too bright an object that fills half the field of
/// view. The Euler-Maclaurin formula gives the terms; they leave k = 0 two thirds of its cell in 2D and nothing in 3D.
double primitive(double to, double spacing, int dims) {
    if (to <= 0) return 0;
    return dims == 2 ? to * to / 2 - spacing * spacing / 24 : to * to * to / 3 - spacing * spacing * to / 12;
}

/// Weights along a spoke of a disc (dims 2) or ball (dims 3).
std::vector<double> along(Spoke const& spoke, int dims) {
    bool const centre_out = spoke.other_end > -1e-3 * spoke.end;
    std::vector<double> weights;
    for (Cell const& cell : cells_of(spoke.at, 1e-5 * spoke.end)) {
        auto const part = [&](double from, double to) {
            return primitive(to, cell.high - cell.low, dims) - primitive(from, cell.high - cell.low, dims);
        };
        double volume = part(cell.low, cell.high) * spoke.gap;
        if (!centre_out) volume += part(-cell.high, -cell.low) * spoke.other_gap;
        weights.push_back(std::max(0.0, volume / cell.sharing));
    }
    return weights;
}

/// Readouts of each partition of a stack of stars by kz, or nothing where kz varies along a readout.
std::vector<std::vector<index_t>> partitions_of(View<real const, 3> k) {
    std::vector<std::pair<double, index_t>> readouts;
    for (index_t r = 0; r < k.shape[0]; ++r) {
        for (index_t s = 1; s < k.shape[1]; ++s)
            if (std::abs(k(r, s, 2) - k(r, 0, 2)) > 0.1) return {};
        readouts.emplace_back(k(r, 0, 2), r);
    }
    std::sort(readouts.begin(), readouts.end());
    std::vector<std::vector<index_t>> partitions;
    for (std::size_t i = 0; i < readouts.size(); ++i) {
        if (i == 0 || readouts[i].first - readouts[i - 1].first > 0.1) partitions.emplace_back();
        partitions.back().push_back(readouts[i].second);
    }
    return partitions;
}

} // namespace

Tensor<real> radial_weights(Matrix matrix, Tensor<real> const& trajectory) {
    require(trajectory.shape().rank() == 3 && trajectory.shape()[2] == 3, "density: trajectory of shape {}, expected [readout, sample, 3]",
        trajectory.shape().str());
    auto const on_host = trajectory.to(trajectory.context().host());
    HostMemory const spokes_at(on_host.context(), on_host.bytes() / 3 * sizeof(double) / sizeof(real));
    if (on_host.context().rehearses()) {
        Tensor<real> const weights(on_host.context(), {trajectory.shape()[0], trajectory.shape()[1]});
        normalise_weights(weights, matrix, on_host);
        return weights.to(trajectory.context());
    }
    View<real const, 3> const k = on_host.view<3>();
    index_t const readouts = k.shape[0], samples = k.shape[1];
    Tensor<real> const weights(on_host.context(), {readouts, samples});
    if (weights.size() == 0) return weights.to(trajectory.context());

    Vector3 extent{0, 0, 0};
    for (index_t i = 0; i < on_host.size(); ++i) {
        require(std::isfinite(k[i]), "density: the trajectory is not finite at point {} (component {})", i / 3, i % 3);
        extent[i % 3] = std::max(extent[i % 3], std::abs(double(k[i])));
    }
    auto const partitions = partitions_of(k);
    bool const planar = matrix[0] == 1 || !partitions.empty();
    for (int d = 0; d < 3; ++d)
        if (extent[d] == 0 || (planar && d == 2)) extent[d] = INFINITY; // no such axis

    std::vector<Spoke> spokes;
    for (index_t r = 0; r < readouts; ++r) {
        std::vector<Vector3> q;
        for (index_t s = 0; s < samples; ++s) q.push_back({k(r, s, 0) / extent[0], k(r, s, 1) / extent[1], k(r, s, 2) / extent[2]});
        spokes.push_back(make_spoke(q, r));
    }
    std::vector<double> thickness(static_cast<std::size_t>(readouts), 1);
    if (matrix[0] == 1) {
        std::vector<index_t> all(static_cast<std::size_t>(readouts));
        std::iota(all.begin(), all.end(), 0);
        find_gaps(spokes, all);
    } else if (planar) {
        std::vector<double> heights;
        for (auto const& members : partitions) heights.push_back(k(members[0], 0, 2));
        auto const layers = cells_of(heights, 0);
        for (std::size_t p = 0; p < partitions.size(); ++p) {
            find_gaps(spokes, partitions[p]);
            for (index_t const m : partitions[p]) thickness[m] = layers[p].high - layers[p].low;
        }
    }
    for (index_t r = 0; r < readouts; ++r) {
        auto const line = along(spokes[r], planar ? 2 : 3);
        for (index_t s = 0; s < samples; ++s) weights.data()[r * samples + s] = static_cast<real>(line[s] * thickness[r]);
    }
    normalise_weights(weights, matrix, on_host);
    return weights.to(trajectory.context());
}

} // namespace tessera
