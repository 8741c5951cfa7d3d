#include "core/fft/doubled_convolution.h"

#include "core/fft/lane_rows.h"
#include "core/fft/panel_pass.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <omp.h>

namespace tessera {
namespace {

using namespace lanes;

index_t blocks_of(index_t n) { return (n + kAbreast - 1) / kAbreast; }

// Sizes in complex numbers. A line more per plane and row keeps those apart in cache that are a power of two apart in memory.
index_t plane_stride(Matrix const& volume) { return (volume[0] * volume[1] + 9) * kAbreast; }
index_t row_stride(Matrix const& half) { return (half[1] + 1) * kAbreast; }
index_t thread_size(Matrix const& volume, Matrix const& half) {
    return 2 * volume[0] * row_stride(half) + 2 * half[0] * kAbreast; // both parities of y, and two columns of z
}

// exp(-i pi shift n / half) for the n of a volume.
std::vector<Factor> phases(index_t n, index_t half, double shift) {
    std::vector<Factor> w;
    for (index_t i = 0; i < n; ++i) {
        double const angle = std::numbers::pi * shift * static_cast<double>(i) / static_cast<double>(half);
        auto const im = static_cast<real>(-std::sin(angle));
        w.push_back({static_cast<real>(std::cos(angle)), 0, -im, im});
    }
    return w;
}

void conjugate_all(complex* panel, index_t n) {
    for (index_t x = 0; x < n; ++x) store(panel + x * kAbreast, conjugate(load(panel + x * kAbreast)));
}
template <bool Conjugate> void multiply(complex const* factors, complex* panel, index_t n) {
    for (index_t x = 0; x < n; ++x)
        store(panel + x * kAbreast, product<Conjugate>(load(factors + x * kAbreast), load(panel + x * kAbreast)));
}

} // namespace

// One half of the frequencies of one volume.
struct DoubledConvolution::Job {
    index_t which;
    bool negative;
};

DoubledConvolution::DoubledConvolution(Matrix volume)
    : volume_(volume), half_(half_grid(volume)), fz_(half_[0]), fy_(half_[1]), fx_(half_[2]), odd_z_(phases(volume[0], half_[0], 1)),
      odd_y_(phases(volume[1], half_[1], 1)), shift_x_(phases(volume[2], half_[2], 0.5)) {}

Matrix DoubledConvolution::half_grid(Matrix const& volume) {
    return {LaneFft::good_length(volume[0]), LaneFft::good_length(volume[1]), LaneFft::good_length(volume[2])};
}

index_t DoubledConvolution::spectrum_size(Matrix const& volume) {
    Matrix const half = half_grid(volume);
    return blocks_of(half[2]) * kAbreast * 2 * half[1] * (volume[0] == 1 ? 1 : 2) * half[0];
}

index_t DoubledConvolution::workspace_size(Matrix const& volume, int threads) {
    Matrix const half = half_grid(volume);
    return blocks_of(half[2]) * plane_stride(volume) + threads * thread_size(volume, half);
}

void DoubledConvolution::pack(complex const* grid, real scale, index_t parity_z, index_t parity_y, real* spectrum) const {
    index_t const hz = half_[0], hy = half_[1], hx = half_[2];
    index_t const pz = axis_parities(0);
    // [x / kAbreast][parity y][y][parity z][z][x % kAbreast], each axis in the order of its transform
#pragma omp parallel for schedule(static)
    for (index_t block = 0; block < blocks_of(hx); ++block)
        for (index_t y = 0; y < hy; ++y) {
            real* const column = spectrum + (((block * 2 + parity_y) * hy + y) * pz + parity_z) * hz * kAbreast;
            for (index_t z = 0; z < hz; ++z) {
                complex const* const row = grid + (fz_.order()[z] * hy + fy_.order()[y]) * hx;
                for (index_t i = 0; i < kAbreast; ++i) {
                    index_t const x = block * kAbreast + i;
                    column[z * kAbreast + i] = x < hx ? scale * row[fx_.order()[x]].re : real(0);
                }
            }
        }
}

void DoubledConvolution::apply(complex const* in, RowFactors const* factors, std::array<real const*, 2> const& spectrum, complex* workspace,
    int threads, complex* out) const {
    index_t const jobs = 2 * (factors ? factors->count() : 1);
    Job ended{};
    for (index_t j = 0; j < jobs; ++j) {
        Job const next{j / 2, j % 2 == 1};
        between_x(in, factors, j ? &ended : nullptr, &next, workspace, threads, out);
        planes(spectrum[static_cast<std::size_t>(j % 2)], workspace, threads);
        ended = next;
    }
    between_x(in, factors, &ended, nullptr, workspace, threads, out);
}

// Ends one job along x and begins the next, row by row in the same memory of the workspace.
void DoubledConvolution::between_x(complex const* in, RowFactors const* factors, Job const* ended, Job const* next, complex* workspace,
    int threads, complex* out) const {
    index_t const nz = volume_[0], ny = volume_[1], nx = volume_[2];
    index_t const hx = half_[2], row_blocks = blocks_of(ny), stride = plane_stride(volume_);
#pragma omp parallel num_threads(threads)
    {
        PanelBuffer const fresh(nx * kAbreast), done(hx * kAbreast), weights(nx * kAbreast);
#pragma omp for schedule(static)
        for (index_t job = 0; job < nz * row_blocks; ++job) {
            index_t const z = job / row_blocks, y = job % row_blocks * kAbreast, rows = std::min(kAbreast, ny - y);
            complex* const first = workspace + (z * ny + y) * kAbreast;
            index_t const at = (z * ny + y) * nx;
            if (next) gather_rows(in + at, nx, nx, rows, fresh.data()); // before out, which may be the same memory, is written
            if (ended) {
                from_planes(first, stride, hx, rows, done.data());
                fx_.backward(done.data(), {done.data(), kAbreast, nx, shift_x_.data()});
                if (ended->negative) conjugate_all(done.data(), nx);
                if (factors) {
                    factors->rows(ended->which, z, y, rows, weights.data());
                    multiply<true>(weights.data(), done.data(), nx);
                }
                scatter_rows(done.data(), nx, nx, rows, ended->negative || ended->which > 0, out + at);
            }
            if (next) {
                if (factors) {
                    if (!ended || ended->which != next->which) factors->rows(next->which, z, y, rows, weights.data());
                    multiply<false>(weights.data(), fresh.data(), nx);
                }
                if (next->negative) conjugate_all(fresh.data(), nx);
                fx_.forward({fresh.data(), kAbreast, nx, shift_x_.data()}, done.data());
                to_planes(done.data(), hx, rows, stride, first);
            }
        }
    }
}

// y and z of every plane of kAbreast frequencies of x, forth and back.
void DoubledConvolution::planes(real const* spectrum, complex* workspace, int threads) const {
    index_t const nz = volume_[0], ny = volume_[1];
    index_t const hz = half_[0], hy = half_[1], hx = half_[2];
    index_t const blocks = blocks_of(hx), pz = axis_parities(0), stride = row_stride(half_);
#pragma omp parallel num_threads(threads)
    {
        complex* const own = workspace + blocks * plane_stride(volume_) + omp_get_thread_num() * thread_size(volume_, half_);
        complex* const even = own + 2 * nz * stride;
        complex* const odd = even + hz * kAbreast;
#pragma omp for schedule(dynamic)
        for (index_t block = 0; block < blocks; ++block) {
            complex* const plane = workspace + block * plane_stride(volume_);
            for (index_t py = 0; py < 2; ++py)
                for (index_t z = 0; z < nz; ++z)
                    fy_.forward({plane + z * ny * kAbreast, kAbreast, ny, py ? odd_y_.data() : nullptr}, own + (py * nz + z) * stride);
            for (index_t py = 0; py < 2; ++py)
                for (index_t y = 0; y < hy; ++y) {
                    complex* const column = own + py * nz * stride + y * kAbreast;
                    real const* const s = spectrum + ((block * 2 + py) * hy + y) * pz * hz * kAbreast;
                    if (pz == 1) {
                        fz_.convolve({column, stride, nz}, s, even, {column, stride, nz});
                        continue;
                    }
                    fz_.convolve({column, stride, nz}, s, even, {even, kAbreast, nz});
                    fz_.convolve({column, stride, nz, odd_z_.data()}, s + hz * kAbreast, odd,
                        {column, stride, nz, odd_z_.data(), even, kAbreast});
                }
            for (index_t py = 0; py < 2; ++py)
                for (index_t z = 0; z < nz; ++z) {
                    complex* const row = plane + z * ny * kAbreast;
                    fy_.backward(own + (py * nz + z) * stride,
                        {row, kAbreast, ny, py ? odd_y_.data() : nullptr, py ? row : nullptr, kAbreast});
                }
        }
    }
}

} // namespace tessera
