#include "core/fft/fft.h"
#include "core/fft/fft_wisdom.h"
#include "core/fft/fftw.h"
#include "core/fft/padded_fft.h"
#include "core/fft/panel_fft.h"
#include "tests/support/devices.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/variable.h"

#include <cstdlib>
#include <fstream>
#include <numbers>
#include <sstream>

using namespace tessera;
using namespace tessera::test;

namespace {

/// Unnormalised DFT along the middle axis of [outer, n, inner], by its definition.
std::vector<complex> dft_axis(std::vector<complex> const& x, index_t n, index_t inner, bool forward) {
    std::vector<complex> result(x.size());
    index_t const outer = static_cast<index_t>(x.size()) / n / inner;
    for (index_t o = 0; o < outer; ++o)
        for (index_t k = 0; k < n; ++k)
            for (index_t i = 0; i < inner; ++i) {
                Complex<double> sum;
                for (index_t j = 0; j < n; ++j) {
                    double const phase = (forward ? -2 : 2) * std::numbers::pi * static_cast<double>(j * k % n) / static_cast<double>(n);
                    complex const v = x[static_cast<std::size_t>((o * n + j) * inner + i)];
                    sum += Complex<double>{std::cos(phase), std::sin(phase)} * Complex<double>{v.re, v.im};
                }
                result[static_cast<std::size_t>((o * n + k) * inner + i)] = {static_cast<real>(sum.re), static_cast<real>(sum.im)};
            }
    return result;
}

/// Of a grid [z, y, x, coil].
std::vector<complex> dft(std::vector<complex> x, Matrix const& g, index_t coils, bool forward) {
    x = dft_axis(x, g[2], coils, forward);
    x = dft_axis(x, g[1], g[2] * coils, forward);
    return dft_axis(x, g[0], g[1] * g[2] * coils, forward);
}

std::string text_of(std::filesystem::path const& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

} // namespace

TEST_CASE("panel fft is the discrete Fourier transform of every column", "[fft]") {
    index_t const n = GENERATE(1, 2, 7, 13, 30), width = GENERATE(1, 3, 32);
    auto const values = random_complex(static_cast<std::size_t>(n * width), 1);
    PanelFft const fft(n, width);
    CHECK(fft.n() == n);
    CHECK(fft.width() == width);
    auto const panel = Tensor<complex>::from(Context(), {n, width}, values);
    fft.forward(panel.data());
    CHECK(relative_error(panel.to_host(), dft_axis(values, n, width, true)) < tolerance(1e-5, 1e-13));
    panel.copy_from(Tensor<complex>::from(Context(), {n, width}, values));
    fft.backward(panel.data());
    CHECK(relative_error(panel.to_host(), dft_axis(values, n, width, false)) < tolerance(1e-5, 1e-13));
}

TEST_CASE("good lengths are even products of small primes", "[fft]") {
    CHECK(PanelFft::good_length(0) == 1);
    CHECK(PanelFft::good_length(1) == 1);
    CHECK(PanelFft::good_length(2) == 2);
    CHECK(PanelFft::good_length(7) == 8);
    CHECK(PanelFft::good_length(11) == 12);
    CHECK(PanelFft::good_length(121) == 126);
    CHECK(PanelFft::good_length(4097) == 4116);
}

TEST_CASE("fft of a grid is the discrete Fourier transform along its three axes", "[fft]") {
    Context const ctx = each_device();
    Matrix const g = GENERATE(Matrix{1, 1, 1}, Matrix{3, 5, 7}, Matrix{1, 4, 9}, Matrix{8, 2, 11});
    index_t const coils = GENERATE(1, 3, 8);
    auto const values = random_complex(static_cast<std::size_t>(g[0] * g[1] * g[2] * coils), 2);
    auto const grid = Tensor<complex>::from(ctx, {g[0], g[1], g[2], coils}, values);
    Fft const fft(ctx, g, coils);
    fft.forward(grid.data());
    auto const spectrum = grid.to_host();
    CHECK(relative_error(spectrum, dft(values, g, coils, true)) < tolerance(1e-5, 1e-13));
    fft.backward(grid.data());
    CHECK(relative_error(grid.to_host(), dft(spectrum, g, coils, false)) < tolerance(1e-5, 1e-13));
}

TEST_CASE("padded fft transforms the padded volume, and its parts fit together", "[fft]") {
    Context const ctx = each_device();
    auto const [m, g] = GENERATE(std::pair{Matrix{3, 5, 4}, Matrix{6, 8, 10}}, std::pair{Matrix{1, 5, 7}, Matrix{1, 12, 14}},
        std::pair{Matrix{5, 7, 3}, Matrix{5, 7, 3}}, std::pair{Matrix{1, 1, 1}, Matrix{1, 1, 2}},
        std::pair{Matrix{4, 6, 11}, Matrix{7, 13, 11}}, std::pair{Matrix{5, 9, 17}, Matrix{8, 14, 24}},
        std::pair{Matrix{1, 6, 8}, Matrix{1, 10, 16}}); // rows of whole cache lines
    index_t const coils = GENERATE(1, 2, 3, 4, 8);
    std::array<std::vector<real>, 3> weights;
    for (std::size_t d = 0; d < 3; ++d) weights[d] = random_real(static_cast<std::size_t>(m[d]), static_cast<unsigned>(d), 0.5, 2);
    PaddedFft const fft(ctx, m, g, coils, weights);
    Shape const volume{coils, m[0], m[1], m[2]}, grid{g[0], g[1], g[2], coils};
    auto const xs = random_complex(static_cast<std::size_t>(volume.size()), 4),
               ys = random_complex(static_cast<std::size_t>(grid.size()), 5);

    std::vector<complex> padded(ys.size());
    for (index_t i = 0; i < volume.size(); ++i) {
        index_t const at[3] = {i / m[2] / m[1] % m[0], i / m[2] % m[1], i % m[2]};
        index_t cell = 0;
        real weight = 1;
        for (int d = 0; d < 3; ++d) {
            cell = cell * g[d] + (at[d] - m[d] / 2 + g[d]) % g[d];
            weight *= weights[d][at[d]];
        }
        padded[cell * coils + i / (m[0] * m[1] * m[2])] = weight * xs[i];
    }
    auto const x = Tensor<complex>::from(ctx, volume, xs), y = Tensor<complex>::from(ctx, grid, ys);
    Tensor<complex> forward(ctx, grid), adjoint(ctx, volume);
    fft.forward(x, forward);
    fft.adjoint(y, adjoint);
    auto const forward_host = forward.to_host();
    CHECK(relative_error(forward_host, dft(padded, g, coils, true)) < tolerance(1e-5, 1e-13));
    auto const size = std::sqrt(inner(forward_host, forward_host).re * inner(ys, ys).re);
    CHECK(abs(inner(forward_host, ys) - inner(xs, adjoint.to_host())) < tolerance(1e-5, 1e-13) * size);
}

TEST_CASE("padded fft refuses what does not fit", "[fft]") {
    std::vector<real> const two(2, 1), three(3, 1);
    CHECK_THROWS_WITH(PaddedFft(Context(), {2, 2, 3}, {2, 2, 2}, 1, {two, two, three}),
        "padded fft: a volume of 3 voxels in a grid of 2 (axis 2)");
    CHECK_THROWS_WITH(PaddedFft(Context(), {2, 2, 2}, {4, 4, 4}, 1, {two, three, two}), "padded fft: 3 weights for 2 voxels");
    PaddedFft const fft(Context(), {2, 2, 2}, {4, 4, 4}, 1, {two, two, two});
    Tensor<complex> const volume(Context(), {1, 2, 2, 2}), grid(Context(), {4, 4, 4, 2});
    CHECK_THROWS_WITH(fft.forward(volume, grid), Catch::Contains("expected [1, 2, 2, 2] and [4, 4, 4, 1]"));
}

TEST_CASE("measured plans are kept in the folder that the environment names", "[fft]") {
    TemporaryFolder const folder;
    {
        Variable const cache("TESSERA_CACHE", (folder / "cache").c_str());
        auto const file = wisdom_file();
        REQUIRE(file);
        CHECK(file->parent_path() == folder / "cache");
        PanelFft const measured(17, 19); // a size of no other test
        REQUIRE(std::filesystem::exists(*file));
        std::string const kept = text_of(*file);
        CHECK(kept.size() > 50);

        // A process that knows nothing finds the plan in the file: nothing is measured, so nothing is written.
        TESSERA_FFTW(forget_wisdom)();
        auto const before = std::filesystem::last_write_time(*file);
        PanelFft const found(17, 19);
        CHECK(std::filesystem::last_write_time(*file) == before);

        // A damaged file is as good as none.
        TESSERA_FFTW(forget_wisdom)();
        std::ofstream(*file) << "(not wisdom";
        PanelFft const again(17, 19);
        CHECK(text_of(*file).size() > 50);
    }
    Variable const none("TESSERA_CACHE", nullptr), xdg("XDG_CACHE_HOME", folder.path().c_str());
    CHECK(wisdom_file()->parent_path() == folder / "tessera");
    Variable const no_xdg("XDG_CACHE_HOME", nullptr), home("HOME", folder.path().c_str());
    CHECK(wisdom_file()->parent_path() == folder / ".cache/tessera");
    Variable const no_home("HOME", nullptr);
    CHECK_FALSE(wisdom_file());
    PanelFft const without(17, 23); // works all the same
}
