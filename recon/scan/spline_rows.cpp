#include "recon/scan/spline_rows.h"

#include "core/fft/lane_rows.h"
#include "core/fft/lanes.h"
#include "core/fft/panel_pass.h"
#include "kernels/arrays/coils.h"

#include <algorithm>

namespace tessera {
namespace {

using namespace lanes;

// Calls f(z, y, rows, factors) for kAbreast rows at a time.
template <class F> void for_rows(RowFactors const& factors, index_t which, index_t const (&shape)[3], F const& f) {
    index_t const blocks = (shape[1] + kAbreast - 1) / kAbreast;
#pragma omp parallel
    {
        PanelBuffer const weights(shape[2] * kAbreast), panel(shape[2] * kAbreast);
#pragma omp for schedule(static)
        for (index_t job = 0; job < shape[0] * blocks; ++job) {
            index_t const z = job / blocks, y = job % blocks * kAbreast, rows = std::min<index_t>(kAbreast, shape[1] - y);
            factors.rows(which, z, y, rows, weights.data());
            f(z, y, rows, weights.data(), panel.data());
        }
    }
}

} // namespace

void WholeRows::rows(index_t which, index_t z, index_t y, index_t rows, complex* panel) const {
    auto const maps = maps_.view<4>();
    gather_rows(&maps(which, z, y, 0), maps.shape[3], maps.shape[3], rows, panel);
}

SplineRows::SplineRows(Tensor<complex> coefficients, Matrix const& matrix) : coefficients_(std::move(coefficients)) {
    for (int d = 0; d < 3; ++d)
        for (index_t i = 0; i < matrix[d]; ++i) {
            Taps t{};
            t.first = SplineMaps::taps(i, matrix[d], coefficients_.shape()[d + 1], t.weights);
            taps_[d].push_back(t);
        }
}

// z and y first, along the few coefficients of a line; then x for all rows at once.
void SplineRows::rows(index_t which, index_t z, index_t y, index_t rows, complex* panel) const {
    auto const c = coefficients_.view<4>();
    index_t const n = c.shape[3], reals = 2 * n;
    std::vector<real> line(static_cast<std::size_t>(reals));
    PanelBuffer const lines(n * kAbreast);
    Taps const& tz = taps_[0][static_cast<std::size_t>(z)];
    for (index_t i = 0; i < kAbreast; ++i) {
        std::fill(line.begin(), line.end(), real(0));
        if (i < rows) {
            Taps const& ty = taps_[1][static_cast<std::size_t>(y + i)];
            for (index_t a = 0; a < 4; ++a)
                for (index_t b = 0; b < 4; ++b) {
                    real const w = tz.weights[a] * ty.weights[b];
                    real const* const from = &c(which, tz.first + a, ty.first + b, 0).re;
                    real* const to = line.data();
                    for (index_t j = 0; j < reals; ++j) to[j] += w * from[j];
                }
        }
        for (index_t j = 0; j < n; ++j)
            lines.data()[j * kAbreast + i] = {line[static_cast<std::size_t>(2 * j)], line[static_cast<std::size_t>(2 * j + 1)]};
    }
    complex* to = panel;
    for (Taps const& t : taps_[2]) {
        complex const* const from = lines.data() + t.first * kAbreast;
        auto const term = [&](index_t k) { return load(from + k * kAbreast) * all(t.weights[k]); };
        store(to, term(0) + term(1) + term(2) + term(3));
        to += kAbreast;
    }
}

void multiply_rows(RowFactors const& factors, index_t which, View<complex const, 3> image, View<complex, 3> coil) {
    index_t const nx = image.shape[2];
    for_rows(factors, which, image.shape, [&](index_t z, index_t y, index_t rows, complex const* weights, complex* panel) {
        gather_rows(&image(z, y, 0), nx, nx, rows, panel);
        for (index_t x = 0; x < nx; ++x) store(panel + x * kAbreast, product(load(weights + x * kAbreast), load(panel + x * kAbreast)));
        scatter_rows(panel, nx, nx, rows, false, &coil(z, y, 0));
    });
}

void multiply_rows_conjugate(RowFactors const& factors, index_t which, View<complex const, 3> coil, bool add, View<complex, 3> image) {
    index_t const nx = image.shape[2];
    for_rows(factors, which, coil.shape, [&](index_t z, index_t y, index_t rows, complex const* weights, complex* panel) {
        gather_rows(&coil(z, y, 0), nx, nx, rows, panel);
        for (index_t x = 0; x < nx; ++x)
            store(panel + x * kAbreast, product<true>(load(weights + x * kAbreast), load(panel + x * kAbreast)));
        scatter_rows(panel, nx, nx, rows, add, &image(z, y, 0));
    });
}

} // namespace tessera
