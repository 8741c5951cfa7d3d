#include "core/fft/fft.h"

#include "core/fft/fft_backend.h"
#include "core/fft/panel_pass.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tessera {

struct Fft::Impl {
    static constexpr index_t kWidth = 32;

    Matrix grid;
    index_t coils;
    Work* rehearsal;
    std::optional<backend::CudaFft> cuda;
    std::optional<PanelFft> z, y, x;

    Impl(Context const& context, Matrix g, index_t c) : grid(g), coils(c), rehearsal(context.stream().rehearsal) {
        if (context.device() == Device::cuda)
            cuda.emplace(context, grid, coils);
        else {
            z.emplace(grid[0], kWidth);
            y.emplace(grid[1], kWidth);
            x.emplace(grid[2], coils);
        }
    }

    void execute(complex* data, bool forward) const {
        if (rehearsal) {
            auto const n = static_cast<double>(grid[0] * grid[1] * grid[2]);
            rehearsal->fourier += static_cast<double>(coils) * n * std::log2(std::max(2.0, n));
            return;
        }
        if (cuda) return cuda->execute(data, forward);
        index_t const line = grid[2] * coils, plane = grid[1] * line;
        auto const pass = [&](PanelFft const& fft, index_t stride, index_t columns, index_t outer, index_t step) {
            auto const all = WrappedSupport::all(fft.n());
            PanelPass{&fft, stride, columns, all, all, forward}.run(data, outer, [step](index_t o) { return o * step; });
        };
        pass(*x, coils, coils, grid[0] * grid[1], line);
        pass(*y, line, line, grid[0], plane);
        pass(*z, plane, plane, 1, 0);
    }
};

Fft::Fft(Context const& context, Matrix grid, index_t coils) : impl_(std::make_unique<Impl>(context, grid, coils)) {}
Fft::~Fft() = default;
Fft::Fft(Fft&&) noexcept = default;
Fft& Fft::operator=(Fft&&) noexcept = default;

void Fft::forward(complex* grid) const { impl_->execute(grid, true); }
void Fft::backward(complex* grid) const { impl_->execute(grid, false); }

} // namespace tessera
