#include "core/arrays/fixed_point.h"

#include "core/arrays/anderson.h"
#include "core/arrays/vector_ops.h"
#include "core/device/rehearsed_loop.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace tessera {
namespace {

// Where nothing is computed, for the time of a rehearsal: what a map that halves the residual needs.
index_t expected_iterations(FixedPointOptions const& options) {
    if (options.tolerance <= 0) return options.iterations;
    return std::min(options.iterations, static_cast<index_t>(std::ceil(1 - std::log2(options.tolerance))));
}

constexpr double kRounding = 1e3 * std::numeric_limits<real>::epsilon(); // smaller steps say nothing of how much a map enlarges

// Memory that may be overwritten, with the values of x.
Tensor<complex> own(Tensor<complex> x) { return x.unique() ? x : x.clone(); }

// The iterate whose residual is known, and what acceleration makes of it and those before.
class Iterate {
public:
    Iterate(Context const& context, FixedPointOptions const& options) : last_(context, options.place) {
        if (options.depth > 0) history_.emplace(context, options.place, options.depth);
    }

    /// From the residual r and the value y of an iterate to the next one.
    Tensor<complex> next(Tensor<complex> r, Tensor<complex> y, double size, double residual) {
        accelerated_ = false;
        measures_ = residual > kRounding;
        if (!history_) {
            if (size_ > 0 && measures_) gain_ = std::max(gain_, size / size_); // the steps are residuals
        } else if (last_.size() == 0) {
            last_.push(r);
            last_.push(y);
        } else {
            y = accelerated(std::move(r), std::move(y));
        }
        size_ = size;
        return y;
    }
    /// Whether an iterate that acceleration made has a larger residual than the one before.
    bool is_worse(double size) const { return accelerated_ && size > size_; }
    /// The plain step from the last iterate, whose history is of no use.
    Tensor<complex> plain() {
        accelerated_ = false;
        history_->forget();
        return last_.get(1);
    }
    double gain() const { return gain_; }

private:
    Tensor<complex> accelerated(Tensor<complex> r, Tensor<complex> y) {
        auto dr = change(0, r), dy = change(1, y);
        y = {}; // waits
        double const rr = dot(dr, dr).re, ry = dot(dr, dy).re, yy = dot(dy, dy).re, xx = yy - 2 * ry + rr;
        if (xx > 0 && measures_) gain_ = std::max(gain_, std::sqrt(yy / xx));
        auto const gamma = history_->add(std::move(dr), std::move(dy), r);
        r = {};
        accelerated_ = true;
        auto next = own(last_.get(1));
        history_->subtract(gamma, next);
        return next;
    }
    // From what waits in a place to `now`, which waits there from now on.
    Tensor<complex> change(std::size_t place, Tensor<complex> const& now) {
        auto before = last_.get(place);
        last_.replace(place, now);
        before = own(std::move(before));
        axpby(1, now, -1, before);
        return before;
    }

    VolumeStore last_; // r and y
    std::optional<AndersonHistory> history_;
    bool accelerated_ = false, measures_ = true;
    double size_ = 0, gain_ = 0;
};

} // namespace

FixedPointResult fixed_point(FixedPointMap const& f, Tensor<complex> x, FixedPointOptions const& options) {
    Context const context = x.context();
    RehearsedLoop const loop(context, context.rehearses() ? expected_iterations(options) : options.iterations, options.depth + 3);
    VolumeStore waiting(context, options.place), best(context, options.place);
    Iterate iterate(context, options);
    FixedPointResult result;
    while (true) {
        waiting.push(x);
        auto y = f(std::exchange(x, {}), waiting);
        auto r = waiting.get(0);
        waiting.pop();
        r = own(std::move(r));
        axpby(1, y, -1, r);
        double const size = norm(r), residual = size == 0 ? 0 : size / norm(y);
        auto const done = static_cast<index_t>(result.residuals.size()) + 1;
        require(std::isfinite(residual), "fixed point: the residual is not finite after {} iterations", done);
        result.residuals.push_back(residual);
        if (options.progress) options.progress(done, residual);
        if (residual < result.residual) {
            result.residual = residual;
            auto const copy = options.place == CheckpointPlace::device ? y.clone() : y; // so that memory does not depend on which was best
            if (best.size() > 0)
                best.replace(0, copy);
            else
                best.push(copy);
        }
        result.converged = residual <= options.tolerance;
        if (result.converged || done >= loop.turns()) break;
        if (options.safeguard && iterate.is_worse(size)) {
            ++result.fallbacks;
            r = y = {};
            x = iterate.plain();
        } else {
            x = iterate.next(std::move(r), std::move(y), size, residual);
        }
    }
    result.gain = iterate.gain();
    result.x = best.get(0);
    return result;
}

} // namespace tessera
