#include "core/arrays/tensor.h"
#include "core/fft/doubled_convolution.h"
#include "tests/support/devices.h"

#include <complex>
#include <numbers>

using namespace tessera;
using namespace tessera::test;

namespace {

/// Factors [which, z, y, x] without any structure.
class RandomFactors final : public RowFactors {
public:
    RandomFactors(index_t count, Matrix const& m)
        : m_(m), values_(random_complex(static_cast<std::size_t>(count * m[0] * m[1] * m[2]), 7)), count_(count) {}
    index_t count() const override { return count_; }
    void rows(index_t which, index_t z, index_t y, index_t rows, complex* panel) const override {
        for (index_t x = 0; x < m_[2]; ++x)
            for (index_t i = 0; i < kAbreast; ++i) panel[x * kAbreast + i] = i < rows ? at(which, z, y + i, x) : complex{};
    }
    complex at(index_t which, index_t z, index_t y, index_t x) const {
        return values_[static_cast<std::size_t>(((which * m_[0] + z) * m_[1] + y) * m_[2] + x)];
    }

private:
    Matrix m_;
    std::vector<complex> values_;
    index_t count_;
};

} // namespace

TEST_CASE("doubled convolution multiplies the frequencies that it says", "[doubled_convolution]") {
    Matrix const m = GENERATE(Matrix{3, 4, 5}, Matrix{1, 7, 9}, Matrix{4, 1, 3}, Matrix{2, 11, 1}, Matrix{5, 9, 17}, Matrix{1, 1, 1});
    index_t const count = GENERATE(0, 1, 3); // 0: without factors
    int const threads = GENERATE(1, 2);
    bool const same = GENERATE(true, false);
    DoubledConvolution const convolution(m);
    Matrix const h = convolution.half_grid();
    index_t const cells = h[0] * h[1] * h[2], voxels = m[0] * m[1] * m[2], pz = convolution.axis_parities(0);

    // A spectrum for every part of either sign, and the sum over frequencies by its definition.
    index_t const size = DoubledConvolution::spectrum_size(m);
    Tensor<real> const packed(Context(), {2, size});
    auto const in = random_complex(static_cast<std::size_t>(voxels), 1);
    RandomFactors const factors(std::max<index_t>(count, 1), m);
    std::vector<Complex<double>> expected(in.size());
    for (int sign = 0; sign < 2; ++sign)
        for (index_t z = 0; z < pz; ++z)
            for (index_t y = 0; y < 2; ++y) {
                auto const grid =
                    random_complex(static_cast<std::size_t>(cells), static_cast<unsigned>(10 + (same ? 0 : 4 * sign) + 2 * z + y));
                convolution.pack(grid.data(), real(0.5), z, y, packed[sign].data());
                for (index_t f = 0; f < cells; ++f) {
                    double const k[3] = {(static_cast<double>(f / h[2] / h[1]) + 0.5 * static_cast<double>(z)) / static_cast<double>(h[0]),
                        (static_cast<double>(f / h[2] % h[1]) + 0.5 * static_cast<double>(y)) / static_cast<double>(h[1]),
                        (static_cast<double>(f % h[2]) + 0.25) / static_cast<double>(h[2])};
                    std::vector<Complex<double>> wave(in.size());
                    for (index_t i = 0; i < voxels; ++i) {
                        double const phase = (sign ? -2 : 2) * std::numbers::pi *
                            (k[0] * static_cast<double>(i / m[2] / m[1]) + k[1] * static_cast<double>(i / m[2] % m[1]) +
                                k[2] * static_cast<double>(i % m[2]));
                        wave[i] = {std::cos(phase), std::sin(phase)};
                    }
                    for (index_t c = 0; c < std::max<index_t>(count, 1); ++c) {
                        auto const factor = [&](index_t i) {
                            complex const s = count ? factors.at(c, i / m[2] / m[1], i / m[2] % m[1], i % m[2]) : complex{1, 0};
                            return Complex<double>{s.re, s.im};
                        };
                        Complex<double> sum;
                        for (index_t i = 0; i < voxels; ++i)
                            sum += conj(wave[i]) * factor(i) *
                                Complex<double>{in[static_cast<std::size_t>(i)].re, in[static_cast<std::size_t>(i)].im};
                        sum = 0.5 * double(grid[static_cast<std::size_t>(f)].re) * sum;
                        for (index_t i = 0; i < voxels; ++i) expected[i] += sum * wave[i] * conj(factor(i));
                    }
                }
            }

    auto const x = Tensor<complex>::from(Context(), {voxels}, in);
    Tensor<complex> const out(Context(), {voxels}), workspace(Context(), {DoubledConvolution::workspace_size(m, threads)});
    for (complex& v : workspace.host()) v = {NAN, NAN}; // nothing is read before it is written
    for (complex& v : out.host()) v = {NAN, NAN};
    std::array<real const*, 2> const spectrum{packed[0].data(), packed[1].data()};
    convolution.apply(x.data(), count ? &factors : nullptr, spectrum, workspace.data(), threads, out.data());
    std::vector<complex> rounded;
    for (auto const v : expected) rounded.push_back({static_cast<real>(v.re), static_cast<real>(v.im)});
    CHECK(relative_error(out.host(), rounded) < tolerance(2e-6, 1e-14));
    if (count < 2) {
        convolution.apply(x.data(), count ? &factors : nullptr, spectrum, workspace.data(), threads, x.data());
        CHECK(relative_error(x.host(), out.host()) == 0);
    }
    if (same) { // one half serves both signs
        convolution.apply(Tensor<complex>::from(Context(), {voxels}, in).data(), count ? &factors : nullptr, {spectrum[0], spectrum[0]},
            workspace.data(), threads, x.data());
        CHECK(relative_error(x.host(), out.host()) == 0);
    }
}
