#include "core/fft/padded_fft.h"

#include "core/fft/fft.h"
#include "core/fft/padded_lanes.h"
#include "core/fft/panel_pass.h"
#include "kernels/arrays/coils.h"
#include "kernels/arrays/pad.h"

#include <cmath>
#include <optional>

namespace tessera {
namespace {

constexpr index_t kPanelWidth = 32;

// The CPU's transform: a pass along x over the volume's rows, then y, then z, each only where there is something.
class PrunedFft {
public:
    PrunedFft(Matrix volume, Matrix grid, index_t coils, std::array<std::vector<real>, 3> const& weights)
        : volume_(volume), grid_(grid), coils_(coils), weights_(weights), fz_(grid[0], kPanelWidth), fy_(grid[1], kPanelWidth),
          fx_(grid[2], coils), z_(grid[0], volume[0]), y_(grid[1], volume[1]), x_(grid[2], volume[2]) {}

    void forward(complex const* volumes, complex* grid) const {
        rows_forward(volumes, grid);
        pass_y(grid, true);
        pass_z(grid, true, z_, WrappedSupport::all(grid_[0]));
    }

    void adjoint(complex* grid, complex* volumes) const {
        pass_z(grid, false, WrappedSupport::all(grid_[0]), z_);
        pass_y(grid, false);
        rows_backward(grid, volumes);
    }

private:
    void rows_forward(complex const* volumes, complex* grid) const {
        rows(grid, [&](complex* row, complex* panel, index_t z, index_t y) {
            real const wzy = weights_[0][z] * weights_[1][y];
            for (index_t c = 0; c < coils_; ++c) {
                complex const* const line = volume_line(volumes, c, z, y);
                for (index_t x = 0; x < volume_[2]; ++x) panel[x_.row(x) * coils_ + c] = (wzy * weights_[2][x]) * line[x];
            }
            std::fill(panel + x_.head * coils_, panel + x_.tail * coils_, complex{});
            fx_.forward(panel);
            std::copy_n(panel, grid_[2] * coils_, row);
        });
    }

    void rows_backward(complex* grid, complex* volumes) const {
        rows(grid, [&](complex* row, complex* panel, index_t z, index_t y) {
            std::copy_n(row, grid_[2] * coils_, panel);
            fx_.backward(panel);
            real const wzy = weights_[0][z] * weights_[1][y];
            for (index_t c = 0; c < coils_; ++c) {
                complex* const line = volume_line(volumes, c, z, y);
                for (index_t x = 0; x < volume_[2]; ++x) line[x] = (wzy * weights_[2][x]) * panel[x_.row(x) * coils_ + c];
            }
        });
    }

    template <class T> T* volume_line(T* volumes, index_t c, index_t z, index_t y) const {
        return volumes + ((c * volume_[0] + z) * volume_[1] + y) * volume_[2];
    }

    // Calls f(row of the grid, scratch panel, z, y) for every row of the volume.
    template <class F> void rows(complex* grid, F const& f) const {
#pragma omp parallel
        {
            PanelBuffer const panel(grid_[2] * coils_);
#pragma omp for schedule(static)
            for (index_t job = 0; job < volume_[0] * volume_[1]; ++job) {
                index_t const z = job / volume_[1], y = job % volume_[1];
                f(grid + (z_.row(z) * grid_[1] + y_.row(y)) * grid_[2] * coils_, panel.data(), z, y);
            }
        }
    }

    void pass_y(complex* grid, bool forward) const {
        index_t const line = grid_[2] * coils_, size = grid_[1] * line;
        auto const all = WrappedSupport::all(grid_[1]);
        PanelPass{&fy_, line, line, forward ? y_ : all, forward ? all : y_, forward}.run(grid, volume_[0],
            [&](index_t z) { return z_.row(z) * size; });
    }

    void pass_z(complex* grid, bool forward, WrappedSupport in, WrappedSupport out) const {
        if (grid_[0] == 1) return;
        index_t const line = grid_[2] * coils_, plane = grid_[1] * line;
        PanelPass{&fz_, plane, line, in, out, forward}.run(grid, grid_[1], [&](index_t y) { return y * line; });
    }

    Matrix volume_, grid_;
    index_t coils_;
    std::array<std::vector<real>, 3> weights_;
    PanelFft fz_, fy_, fx_;
    WrappedSupport z_, y_, x_;
};

} // namespace

struct PaddedFft::Impl {
    Shape volume_shape, grid_shape;
    std::optional<PaddedLanes> lanes; // cpu
    std::optional<PrunedFft> pruned;  // cpu, for lengths and numbers of coils that do not fill lanes
    std::optional<Fft> full;          // other devices
    std::array<Tensor<real>, 3> weights;

    // Adds up the work of so many transforms where `where` only rehearses. Half the rows of a pruned transform are skipped.
    bool rehearsed(Tensor<complex> const& where, double transforms) const {
        Work* const work = where.stream().rehearsal;
        if (work) {
            auto const n = static_cast<double>(grid_shape.size());
            work->fourier +=
                transforms * (pruned || lanes ? 0.6 : 1.0) * n * std::log2(std::max(2.0, n / static_cast<double>(grid_shape[3])));
        }
        return work != nullptr;
    }
};

PaddedFft::PaddedFft(Context const& context, Matrix volume, Matrix grid, index_t coils, std::array<std::vector<real>, 3> const& weights)
    : impl_(std::make_unique<Impl>()) {
    for (int d = 0; d < 3; ++d) {
        require(volume[d] >= 1 && volume[d] <= grid[d], "padded fft: a volume of {} voxels in a grid of {} (axis {})", volume[d], grid[d],
            d);
        require(static_cast<index_t>(weights[d].size()) == volume[d], "padded fft: {} weights for {} voxels", weights[d].size(), volume[d]);
    }
    impl_->volume_shape = {coils, volume[0], volume[1], volume[2]};
    impl_->grid_shape = {grid[0], grid[1], grid[2], coils};
    if (context.device() == Device::cpu && PaddedLanes::fits(grid, coils))
        impl_->lanes.emplace(volume, grid, coils, weights);
    else if (context.device() == Device::cpu)
        impl_->pruned.emplace(volume, grid, coils, weights);
    else {
        impl_->full.emplace(context, grid, coils);
        for (int d = 0; d < 3; ++d) impl_->weights[d] = Tensor<real>::from(context, {volume[d]}, weights[d]);
    }
}

PaddedFft::~PaddedFft() = default;
PaddedFft::PaddedFft(PaddedFft&&) noexcept = default;
PaddedFft& PaddedFft::operator=(PaddedFft&&) noexcept = default;

void PaddedFft::forward(Tensor<complex> const& volumes, Tensor<complex> const& grid) const {
    require(volumes.shape() == impl_->volume_shape && grid.shape() == impl_->grid_shape,
        "padded fft: volumes {} and grid {}, expected {} and {}", volumes.shape().str(), grid.shape().str(), impl_->volume_shape.str(),
        impl_->grid_shape.str());
    if (impl_->rehearsed(grid, 1)) return;
    if (impl_->lanes) return impl_->lanes->forward(volumes.data(), grid.data());
    if (impl_->pruned) return impl_->pruned->forward(volumes.data(), grid.data());
    auto const& [wz, wy, wx] = impl_->weights;
    enqueue(grid.stream(), PadVolume{volumes.view<4>(), wz.flat(), wy.flat(), wx.flat(), grid.view<4>()});
    impl_->full->forward(grid.data());
}

void PaddedFft::adjoint(Tensor<complex> const& grid, Tensor<complex> const& volumes) const {
    require(volumes.shape() == impl_->volume_shape && grid.shape() == impl_->grid_shape,
        "padded fft: volumes {} and grid {}, expected {} and {}", volumes.shape().str(), grid.shape().str(), impl_->volume_shape.str(),
        impl_->grid_shape.str());
    if (impl_->rehearsed(grid, 1)) return;
    if (impl_->lanes) return impl_->lanes->adjoint(grid.data(), volumes.data());
    if (impl_->pruned) return impl_->pruned->adjoint(grid.data(), volumes.data());
    auto const& [wz, wy, wx] = impl_->weights;
    impl_->full->backward(grid.data());
    enqueue(grid.stream(), CropVolume{grid.view<4>(), wz.flat(), wy.flat(), wx.flat(), volumes.view<4>()});
}

} // namespace tessera
