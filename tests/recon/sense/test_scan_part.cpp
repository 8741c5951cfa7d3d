// Part of a scan: by its place in the whole, by gathering, and as weights that are zero elsewhere.
#include "core/arrays/vector_ops.h"
#include "recon/sense/held_out.h"
#include "recon/sense/least_squares.h"
#include "recon/sense/sense_model.h"
#include "tests/support/operator_tests.h"

#include <algorithm>

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr index_t kReadouts = 40, kSamples = 9, kCoils = 3;

Scan scan_of(Matrix const& m) {
    Context const host = Context().host();
    index_t const points = kReadouts * kSamples, voxels = m[0] * m[1] * m[2];
    Scan scan;
    scan.matrix = m;
    scan.readouts = kReadouts;
    scan.samples = kSamples;
    auto k = random_real(static_cast<std::size_t>(3 * points), 2, -0.5, 0.5);
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= m[2 - i % 3] == 1 ? real(0) : static_cast<real>(m[2 - i % 3]);
    scan.kspace = Tensor<complex>::from(host, {kCoils, points}, random_complex(static_cast<std::size_t>(kCoils * points), 1));
    scan.trajectory = Tensor<real>::from(host, {points, 3}, k);
    scan.weights = Tensor<real>::from(host, {points}, random_real(static_cast<std::size_t>(points), 3, 0.2, 1));
    scan.maps = Tensor<complex>::from(host, {kCoils, m[0], m[1], m[2]}, random_complex(static_cast<std::size_t>(kCoils * voxels), 4));
    return scan;
}

std::vector<complex> normal_of(LinearOperator const& model, Tensor<complex> const& x) {
    Tensor<complex> const y(model.context(), x.shape());
    model.normal(x, y);
    return y.to_host();
}

} // namespace

TEST_CASE("a part of a scan has the image, the normal operator and the error of its readouts", "[scan_part]") {
    Context const ctx = each_device();
    Matrix const m = GENERATE(Matrix{5, 6, 7}, Matrix{1, 9, 8});
    auto const normal = GENERATE(NormalOperator::toeplitz, NormalOperator::gridded);
    NufftConfig const nufft{.accuracy = 1e-5, .oversampling = {}, .coils_per_pass = 2};
    auto const scan = scan_of(m);
    auto const maps = scan.maps.to(ctx);
    SortedTrajectory const sorted(ctx, m, scan.trajectory, nufft);
    auto const x = Tensor<complex>::from(ctx, {m[0], m[1], m[2]}, random_complex(static_cast<std::size_t>(m[0] * m[1] * m[2]), 5));
    auto const all = all_readouts(kReadouts);
    auto const [some, rest] = draw_readouts(all, 15, 1, 0);
    for (auto const& readouts : {some, rest, std::vector<index_t>{7}, all})
        for (SortedTrajectory const* const of : {&sorted, static_cast<SortedTrajectory const*>(nullptr)}) {
            auto const part = part_in(ctx, part_of(scan, readouts, of), m, nufft);
            auto const model = sense_model(maps, part, nufft, normal);
            Tensor<complex> const b(ctx, model->domain());
            model->weighted_adjoint(scan.kspace, part.chosen, b);

            // Gathered.
            auto const gathered = select_readouts(scan, readouts);
            auto const other =
                sense_model(maps, {gathered.kspace.to(ctx), gathered.trajectory.to(ctx), gathered.weights.to(ctx)}, nufft, normal);
            Tensor<complex> const b_gathered(ctx, b.shape());
            other->weighted_adjoint(gathered.kspace, b_gathered);
            double const rounding = tolerance(2e-6, 1e-12);
            CHECK(relative_error(b.to_host(), b_gathered.to_host()) < rounding);
            CHECK(relative_error(normal_of(*model, x), normal_of(*other, x)) < rounding);
            CHECK(relative_error(normal_of(model->normal_only(), x), normal_of(*model, x)) < rounding);

            // Weights of the whole that are zero elsewhere.
            auto const weights = Tensor<real>::zeros(ctx.host(), {kReadouts * kSamples});
            for (std::size_t i = 0; i < readouts.size(); ++i)
                for (index_t k = 0; k < kSamples; ++k)
                    weights.data()[readouts[i] * kSamples + k] = gathered.weights.data()[static_cast<index_t>(i) * kSamples + k];
            auto const whole = sense_model(maps, {scan.kspace, scan.trajectory.to(ctx), weights.to(ctx)}, nufft, normal);
            Tensor<complex> const b_whole(ctx, b.shape());
            whole->weighted_adjoint(scan.kspace, b_whole);
            CHECK(relative_error(b.to_host(), b_whole.to_host()) < rounding);
            CHECK(relative_error(normal_of(*model, x), normal_of(*whole, x)) < rounding);

            // What an image's samples are off by.
            Tensor<complex> const y(ctx, model->codomain()), y_whole(ctx, whole->codomain());
            model->forward(x, y);
            whole->forward(x, y_whole);
            axpby(-1, taken(ctx, part.chosen, scan.kspace, kCoils), 1, y);
            axpby(-1, scan.kspace.to(ctx), 1, y_whole);
            CHECK(weighted_energy(y, part.weights) == Approx(weighted_energy(y_whole, weights.to(ctx))).epsilon(tolerance(1e-5, 1e-12)));
        }
}

TEST_CASE("operators of part of a scan refuse what is no part of it, and those of a convolution alone k-space", "[scan_part]") {
    Context const ctx;
    Matrix const m{8, 10, 12};
    NufftConfig const nufft;
    auto const scan = scan_of(m);
    auto const part = part_in(ctx, part_of(scan, {1, 5}, nullptr), m, nufft);
    auto const model = sense_model(scan.maps.to(ctx), part, nufft, NormalOperator::toeplitz);
    Tensor<complex> const b(ctx, model->domain());
    CHECK_THROWS_WITH(model->weighted_adjoint(scan.kspace, {kReadouts * kSamples, kSamples, {1}}, b),
        Catch::Contains("sense: 9 of 360 points"));
    auto const alone = model->normal_only();
    CHECK_THROWS_WITH(alone.forward(b, Tensor<complex>(ctx, alone.codomain())), Catch::Contains("has no k-space"));
    CHECK_THROWS_WITH(SenseOperator(nullptr, scan.maps.to(ctx), {}), Catch::Contains("neither a NUFFT nor a convolution"));
}
