#include "recon/nufft/gridder.h"

#include "core/arrays/finite.h"
#include "core/arrays/readable_in.h"
#include "core/fft/panel_fft.h"
#include "kernels/gridding/point_order.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

Matrix grid_size(Matrix const& matrix, int width, double oversampling) {
    Matrix grid;
    for (int d = 0; d < 3; ++d) {
        require(matrix[d] >= 1, "nufft: matrix {} x {} x {} (z, y, x) has an empty axis", matrix[0], matrix[1], matrix[2]);
        auto const cells = static_cast<index_t>(std::ceil(oversampling * static_cast<double>(matrix[d]) - 1e-9));
        grid[d] = d == 0 && matrix[0] == 1 ? 1 : PanelFft::good_length(std::max<index_t>(cells, width));
    }
    return grid;
}

void require_finite(Tensor<real> const& trajectory) {
    auto const on_host = readable_on_host(trajectory);
    if (on_host.context().rehearses()) return;
    if (auto const bad = first_not_finite(on_host.host()))
        fail("nufft: the trajectory is not finite at point {} (component {})", *bad / 3, *bad % 3);
}

} // namespace

Gridder::Gridder(Context const& context, Matrix const& matrix, Tensor<real> const& trajectory, GriddingKernel const& kernel,
    double oversampling)
    : kernel_(kernel) {
    require(trajectory.shape().rank() >= 1 && trajectory.shape()[-1] == 3, "nufft: trajectory of shape {}, expected [..., 3]",
        trajectory.shape().str());
    index_t const n = trajectory.size() / 3;
    require(n < (index_t{1} << 31), "nufft: {} points, at most 2^31 - 1 are supported", n);
    require_finite(trajectory);

    Matrix const grid = grid_size(matrix, kernel.width(), oversampling);
    tiling_ = make_tiling(grid, kernel.width(), context.device());
    table_ = Tensor<real>::from(context, {kernel.width() + 3, kernel.width()}, kernel.table());

    auto const coordinates = readable_in(context, trajectory).reshape({n, 3});
    Tensor<std::int32_t> tile(context, {n}), rank(context, {context.device() == Device::cpu ? 0 : n}),
        start(context, {tiling_.count() + 1});
    Tensor<GridPoint> by_tile(context, {n});
    points_ = Tensor<GridPoint>(context, {n});
    SortPoints sort{coordinates.view<2>(), tiling_, {}, tile.flat(), rank.flat(), by_tile.flat(), start.flat(), points_.flat()};
    for (int d = 0; d < 3; ++d) sort.scale[d] = static_cast<double>(grid[d]) / static_cast<double>(matrix[d]);
    enqueue(context.stream(), sort);

    if (context.rehearses()) {
        subproblems_ = Tensor<Subproblem>(context, {most_subproblems(tiling_, n, context.device())});
        return;
    }
    auto const pieces = make_subproblems(tiling_, start.to_host(), context.device());
    subproblems_ = Tensor<Subproblem>::from(context, {static_cast<index_t>(pieces.pieces.size())}, pieces.pieces);
    colours_ = pieces.colours;
}

Gridder Gridder::to(Context const& context) const {
    Gridder other = *this;
    other.table_ = table_.to(context);
    other.points_ = points_.to(context);
    other.subproblems_ = subproblems_.to(context);
    return other;
}

Gridder Gridder::part(Context const& context, PointSelection const& chosen) const {
    require(chosen.all == points(), "nufft: a part of {} points of a plan of {}", chosen.all, points());
    Gridder some = *this;
    some.table_ = readable_in(context, table_);
    if (chosen.everything()) {
        some.points_ = readable_in(context, points_);
        some.subproblems_ = readable_in(context, subproblems_);
        return some;
    }
    Context const place = context.device() == Device::cpu ? context : context.host();
    Tensor<GridPoint> const kept(place, {chosen.points()});
    if (context.rehearses()) {
        some.points_ = readable_in(context, kept);
        some.subproblems_ = Tensor<Subproblem>(context, {most_subproblems(tiling_, chosen.points(), context.device())});
        return some;
    }
    std::vector<std::int32_t> number(static_cast<std::size_t>(chosen.all / chosen.length), -1); // of the runs that are chosen
    for (std::size_t i = 0; i < chosen.runs.size(); ++i) number[static_cast<std::size_t>(chosen.runs[i])] = static_cast<std::int32_t>(i);
    auto const length = static_cast<std::int32_t>(chosen.length);
    auto const number_of = [&](GridPoint const& p) { return number[static_cast<std::size_t>(p.index / length)]; };
    auto const all = points_.host();
    auto const pieces = subproblems_.host();
    auto const many = static_cast<index_t>(pieces.size());
    auto const points_in = [&](Subproblem const& s) {
        return all.subspan(static_cast<std::size_t>(s.begin), static_cast<std::size_t>(s.end - s.begin));
    };

    std::vector<std::int32_t> first(pieces.size() + 1); // where the points of a piece go
#pragma omp parallel for schedule(dynamic, 8)
    for (index_t s = 0; s < many; ++s) {
        std::int32_t count = 0;
        for (GridPoint const& p : points_in(pieces[static_cast<std::size_t>(s)])) count += number_of(p) >= 0;
        first[static_cast<std::size_t>(s) + 1] = count;
    }
    for (std::size_t s = 0; s < pieces.size(); ++s) first[s + 1] += first[s];
#pragma omp parallel for schedule(dynamic, 8)
    for (index_t s = 0; s < many; ++s) {
        GridPoint* to = kept.data() + first[static_cast<std::size_t>(s)];
        for (GridPoint p : points_in(pieces[static_cast<std::size_t>(s)]))
            if (std::int32_t const run = number_of(p); run >= 0) {
                p.index = run * length + p.index % length;
                *to++ = p;
            }
    }

    std::vector<Subproblem> filled;
    some.colours_ = {0};
    for (std::size_t colour = 0; colour + 1 < colours_.size(); ++colour) {
        for (auto s = static_cast<std::size_t>(colours_[colour]); s < static_cast<std::size_t>(colours_[colour + 1]); ++s)
            if (first[s] < first[s + 1]) filled.push_back({pieces[s].tile, first[s], first[s + 1]});
        if (static_cast<std::int32_t>(filled.size()) > some.colours_.back())
            some.colours_.push_back(static_cast<std::int32_t>(filled.size()));
    }
    some.points_ = readable_in(context, kept);
    some.subproblems_ = Tensor<Subproblem>::from(context, {std::ssize(filled)}, filled);
    return some;
}

void Gridder::spread(Tensor<complex> const& samples, Tensor<complex> const& grid) const {
    View<std::int32_t const, 1> colours;
    colours.data = colours_.data();
    colours.shape[0] = static_cast<index_t>(colours_.size());
    enqueue(grid.stream(),
        Spread{points_.flat(), subproblems_.flat(), colours, tiling_, table_.view<2>(), samples.view<2>(), grid.view<4>()});
}

void Gridder::interpolate(Tensor<complex> const& grid, Tensor<complex> const& samples) const {
    enqueue(grid.stream(), Interpolate{points_.flat(), subproblems_.flat(), tiling_, table_.view<2>(), grid.view<4>(), samples.view<2>()});
}

Tensor<std::int32_t> Gridder::take_order() {
    Tensor<std::int32_t> const order(points_.context(), {points()});
    enqueue(order.stream(), TakeOrder{points_.flat(), order.flat()});
    return order;
}

index_t Gridder::coils_of_pass(index_t remaining, index_t limit) {
    index_t coils = 8;
    while (coils > std::max<index_t>(1, std::min(remaining, limit))) coils /= 2;
    return coils;
}

} // namespace tessera
