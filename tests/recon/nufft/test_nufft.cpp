#include "core/arrays/tensor.h"
#include "recon/nufft/gridding_kernel.h"
#include "recon/nufft/nufft.h"
#include "tests/support/devices.h"
#include "tests/support/direct_sum.h"

using namespace tessera;
using namespace tessera::test;

namespace {

// Random points, the edges and the centre of k-space, and one point many times over.
std::vector<real> awkward_trajectory(Matrix const& n, std::size_t random_points, unsigned seed) {
    auto k = random_real(3 * random_points, seed, -0.5, 0.5);
    for (double const edge : {-0.5, 0.0, 0.5, 0.499999, -0.499999})
        for (int axis = 0; axis < 3; ++axis) {
            real point[3] = {real(0.1), real(-0.2), real(0.3)};
            point[axis] = static_cast<real>(edge);
            k.insert(k.end(), point, point + 3);
        }
    for (int i = 0; i < 20; ++i) k.insert(k.end(), {real(0.25), real(0.125), real(-0.375)});
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= static_cast<real>(n[2 - i % 3]);
    return k;
}

struct Case {
    Matrix matrix;
    index_t coils;
};

} // namespace

TEST_CASE("nufft agrees with the direct sum at every accuracy", "[nufft]") {
    Context const ctx = each_device();
    double const accuracy = GENERATE(1e-2, 1e-3, 1e-4, 1e-5, 1e-6);
    double const oversampling = GENERATE(1.25, 1.5, 2.0);
    Matrix const matrix = GENERATE(Matrix{8, 10, 9}, Matrix{1, 18, 25});
    if (sizeof(real) == 4 && oversampling < 1.5 && accuracy < 1e-4) {
        CHECK_THROWS_WITH(GriddingKernel(accuracy, oversampling), Catch::Contains("needs an oversampling of at least 1.5"));
        return;
    }
    auto const k = awkward_trajectory(matrix, 150, 7);
    auto const points = static_cast<index_t>(k.size() / 3), voxels = matrix[0] * matrix[1] * matrix[2];
    auto const trajectory = Tensor<real>::from(ctx, {points, 3}, k);
    Nufft const nufft(ctx, matrix, trajectory, {.accuracy = accuracy, .oversampling = oversampling});

    // Single precision has rounding of its own at the last accuracy.
    double const bound = accuracy + tolerance(1.5e-6, 1e-12);
    auto const x = random_complex(static_cast<std::size_t>(voxels), 1), y = random_complex(static_cast<std::size_t>(points), 2);
    auto const volume = Tensor<complex>::from(ctx, {1, matrix[0], matrix[1], matrix[2]}, x);
    auto const kspace = Tensor<complex>::from(ctx, {1, points}, y);
    Tensor<complex> forward(ctx, kspace.shape()), adjoint(ctx, volume.shape());
    nufft.forward(volume, forward);
    nufft.adjoint(kspace, adjoint);
    INFO("oversampling " << oversampling << ", accuracy " << accuracy);
    CHECK(relative_error(forward.to_host(), direct_nufft(x, k, matrix, false)) < bound);
    CHECK(relative_error(adjoint.to_host(), direct_nufft(y, k, matrix, true)) < bound);
}

TEST_CASE("nufft forward and adjoint are adjoint to rounding, for any number of coils", "[nufft]") {
    Context const ctx = each_device();
    auto const [matrix, coils] = GENERATE(Case{{7, 12, 11}, 1}, Case{{20, 18, 22}, 3}, Case{{1, 33, 40}, 13}, Case{{16, 16, 16}, 8});
    index_t const per_pass = GENERATE(1, 8);
    auto const k = awkward_trajectory(matrix, 300, 3);
    auto const points = static_cast<index_t>(k.size() / 3);
    Nufft const nufft(ctx, matrix, Tensor<real>::from(ctx, {points, 3}, k), {.coils_per_pass = per_pass});

    Shape const volumes{coils, matrix[0], matrix[1], matrix[2]}, samples{coils, points};
    auto const x = random_complex(static_cast<std::size_t>(volumes.size()), 1),
               y = random_complex(static_cast<std::size_t>(samples.size()), 2);
    Tensor<complex> ax(ctx, samples), aty(ctx, volumes);
    nufft.forward(Tensor<complex>::from(ctx, volumes, x), ax);
    nufft.adjoint(Tensor<complex>::from(ctx, samples, y), aty);
    auto const left = inner(ax.to_host(), y), right = inner(x, aty.to_host());
    CHECK(abs(left - right) < tolerance(2e-5, 1e-12) * abs(left) + tolerance(1e-3, 1e-10));

    // Coils do not mix: the last coil alone gives the same.
    Tensor<complex> last(ctx, {1, points});
    nufft.forward(Tensor<complex>::from(ctx, volumes, x).slice(coils - 1, coils), last);
    CHECK(relative_error(last.to_host(), ax.slice(coils - 1, coils).to_host()) < tolerance(1e-5, 1e-12));
}

TEST_CASE("nufft with zero points gives zero volumes", "[nufft]") {
    Context const ctx = each_device();
    Nufft const nufft(ctx, {6, 6, 6}, Tensor<real>(ctx, {0, 3}));
    Tensor<complex> volume(ctx, {2, 6, 6, 6}), kspace(ctx, {2, 0});
    nufft.adjoint(kspace, volume);
    for (complex const v : volume.to_host()) CHECK(v == complex{});
    nufft.forward(volume, kspace);
}

TEST_CASE("nufft refuses what it cannot do", "[nufft]") {
    Context const ctx;
    std::vector<real> k{0, 0, 0, 1, NAN, 0};
    auto const trajectory = Tensor<real>::from(ctx, {2, 3}, k);
    CHECK_THROWS_WITH(Nufft(ctx, {8, 8, 8}, trajectory), "nufft: the trajectory is not finite at point 1 (component 1)");
    trajectory.zero();
    CHECK_THROWS_WITH(Nufft(ctx, {8, 8, 8}, trajectory, {.accuracy = 1e-9}), Catch::Contains("outside of 1e-6 ... 1e-2"));
    CHECK_THROWS_WITH(Nufft(ctx, {8, 8, 8}, trajectory, {.oversampling = 1.1}), Catch::Contains("outside of 1.25 ... 2"));
    Nufft const nufft(ctx, {8, 8, 8}, trajectory);
    Tensor<complex> volume(ctx, {1, 8, 8, 7}), kspace(ctx, {1, 2});
    CHECK_THROWS_WITH(nufft.forward(volume, kspace), Catch::Contains("expected [coil, 8, 8, 8]"));
}
