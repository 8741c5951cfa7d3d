// Which normal operator "auto" takes.
#include "recon/sense/cg_sense.h"
#include "recon/sense/least_squares.h"
#include "recon/sense/normal_choice.h"
#include "recon/sense/sense_model.h"
#include "tests/support/catch.h"
#include "tests/support/devices.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/variable.h"

#include <fstream>
#include <omp.h>

using namespace tessera;
using namespace tessera::test;

namespace {

std::filesystem::path rates_file(TemporaryFolder const& folder) {
    return folder / fmt::format("normal-cpu-{}-{}.json", sizeof(real) == 4 ? "float" : "double", omp_get_max_threads());
}

void write_rates(TemporaryFolder const& folder, double convolution, double gridding, double fourier) {
    std::ofstream(rates_file(folder)) << fmt::format(R"({{"convolution": {}, "gridding": {}, "fourier": {}}})", convolution, gridding,
        fourier);
}

Scan scan_of(Matrix const& m, index_t points) {
    Context const ctx(Device::cpu);
    index_t const coils = 2, voxels = m[0] * m[1] * m[2];
    Scan scan;
    scan.matrix = m;
    scan.kspace = Tensor<complex>::from(ctx, {coils, points}, random_complex(static_cast<std::size_t>(coils * points), 1));
    scan.trajectory = Tensor<real>::from(ctx, {points, 3}, random_real(static_cast<std::size_t>(3 * points), 2, -2.4, 2.4));
    scan.weights = Tensor<real>::from(ctx, {points}, random_real(static_cast<std::size_t>(points), 3, 0.2, 1));
    scan.maps = Tensor<complex>::from(ctx, {coils, m[0], m[1], m[2]}, random_complex(static_cast<std::size_t>(coils * voxels), 4));
    scan.noise_deviation = 1;
    return scan;
}

bool convolves(LeastSquares const& problem) { return dynamic_cast<SenseOperator const&>(*problem.data.model).convolution() != nullptr; }

} // namespace

TEST_CASE("auto takes the normal operator that is faster by the machine's rates, and a convolution where they are close",
    "[normal_choice]") {
    NufftConfig const nufft;
    Matrix const matrix{64, 64, 64};
    NormalRates const rates{.convolution = 1e-9, .gridding = 1e-9, .fourier = 1e-9};
    auto const few = choose_normal(rates, matrix, 8, 1000, nufft), many = choose_normal(rates, matrix, 8, 10'000'000, nufft);
    CHECK(few.taken == NormalOperator::gridded);
    CHECK(many.taken == NormalOperator::toeplitz);
    CHECK(few.toeplitz == many.toeplitz); // whatever the number of samples
    CHECK(few.gridded < few.toeplitz);
    CHECK(many.gridded > many.toeplitz);
    CHECK(choose_normal(rates, matrix, 4, 1000, nufft).gridded == Approx(few.gridded / 2)); // coils count alike
    // 8 n log2 8 n of a convolution against 1.5^3 n log2 1.5^3 n, and 5^3 cells of 1e-3
    double const n = 64.0 * 64 * 64, grid = 3.375 * n;
    CHECK(few.toeplitz == Approx(8e-9 * 8 * n * std::log2(8 * n)));
    CHECK(few.gridded == Approx(8e-9 * (grid * std::log2(grid) + 1000 * 125)));
    auto const close =
        choose_normal({.convolution = 1e-9 * few.gridded / few.toeplitz * 1.05, .gridding = 1e-9, .fourier = 1e-9}, matrix, 8, 1000, nufft);
    CHECK(close.gridded < close.toeplitz);
    CHECK(close.taken == NormalOperator::toeplitz);

    auto const flat = choose_normal(rates, {1, 64, 64}, 8, 1000, nufft);
    CHECK(flat.toeplitz == Approx(8e-9 * 4 * 4096 * std::log2(4 * 4096.0)));
    CHECK(flat.gridded == Approx(8e-9 * (2.25 * 4096 * std::log2(2.25 * 4096) + 1000 * 25)));

    auto const unknown = choose_normal({}, matrix, 8, 1000, nufft);
    CHECK(unknown.taken == NormalOperator::toeplitz);
    CHECK(unknown.gridded == 0);
}

TEST_CASE("a scan's normal operator follows the rates that are kept, and its image does not depend on it", "[normal_choice]") {
    TemporaryFolder const folder;
    Variable const cache("TESSERA_CACHE", folder.path().c_str());
    auto const scan = scan_of({6, 5, 7}, 150);
    NufftConfig nufft;
    nufft.accuracy = 1e-5;
    write_rates(folder, 1, 1e-9, 1e-9);
    auto const gridded = least_squares(scan, nufft, NormalOperator::automatic);
    CHECK_FALSE(convolves(gridded));
    CHECK(convolves(least_squares(scan, nufft, NormalOperator::toeplitz))); // what is said is done
    write_rates(folder, 1e-9, 1, 1);
    auto const convolved = least_squares(scan, nufft, NormalOperator::automatic);
    CHECK(convolves(convolved));
    CHECK_FALSE(convolves(least_squares(scan, nufft, NormalOperator::gridded)));

    auto const image = [&](LeastSquares const& problem) {
        auto const x = Tensor<complex>::zeros(problem.data.b.context(), problem.data.b.shape());
        cg_sense(problem.data, {.iterations = 20, .tolerance = 1e-6, .lambda = 0.1}, x);
        return x.to_host();
    };
    CHECK(relative_error(image(gridded), image(convolved)) < 1e-3);
}

TEST_CASE("the speed of the normal operators is measured once, and nowhere where it cannot be kept", "[normal_choice]") {
    TemporaryFolder const folder;
    {
        Variable const cache("TESSERA_CACHE", folder.path().c_str());
        CHECK_FALSE(normal_rates(Device::simt).known());
        std::ofstream(rates_file(folder)) << "no rates";
        auto const first = normal_rates(Device::cpu);
        CHECK(first.known());
        auto const again = normal_rates(Device::cpu);
        CHECK(again.convolution == first.convolution);
        CHECK(again.gridding == first.gridding);
        CHECK(again.fourier == first.fourier);
    }
    std::ofstream(folder / "file") << "a file is no folder";
    Variable const cache("TESSERA_CACHE", (folder / "file").c_str());
    CHECK_FALSE(normal_rates(Device::cpu).known());
}
