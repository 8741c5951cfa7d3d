// What a scan says about itself, against scans whose conditions are known.
#include "core/arrays/random.h"
#include "core/arrays/vector_ops.h"
#include "recon/sense/conditions.h"
#include "recon/sense/sense_model.h"
#include "tests/support/devices.h"

using namespace tessera;
using namespace tessera::test;

namespace {

// Keeps every `every`-th voxel, `every` times as strong: eigenvalues of an undersampled scan, without a NUFFT.
class Thinned final : public LinearOperator {
public:
    Thinned(Context context, Shape shape, index_t every) : context_(std::move(context)), shape_(std::move(shape)), every_(every) {}
    Context const& context() const override { return context_; }
    Shape domain() const override { return shape_; }
    Shape codomain() const override { return shape_; }

private:
    void do_forward(Tensor<complex> const& x, Tensor<complex> const& y) const override {
        for (index_t i = 0; i < x.size(); ++i) y.data()[i] = i % every_ ? complex{} : static_cast<real>(every_) * x.data()[i];
    }
    void do_adjoint(Tensor<complex> const& y, Tensor<complex> const& x) const override { do_forward(y, x); }
    void do_normal(Tensor<complex> const& x, Tensor<complex> const& out) const override { do_forward(x, out); }

    Context context_;
    Shape shape_;
    index_t every_;
};

} // namespace

TEST_CASE("inconsistency is what gridding makes of its own image", "[conditions]") {
    Context const ctx;
    auto const every = GENERATE(1, 2, 5);
    Thinned const normal(ctx, {20, 20, 20}, every);
    auto const b = Tensor<complex>::from(ctx, {20, 20, 20}, std::vector<complex>(8000, complex{0, 2}));
    auto const weights = Tensor<real>::from(ctx, {3}, std::vector<real>{1, 2, 2});
    auto const found = scan_conditions(normal, b, weights, 3, 0.5);
    double const kept = 1.0 / every; // where b becomes every b; elsewhere it becomes 0
    CHECK(found.inconsistency == Approx(2 * std::sqrt(kept * (every - 1) * (every - 1) + 1 - kept)).margin(1e-6));
    CHECK(found.noise == Approx(3 * std::sqrt(9.0 / 8000) / 0.5).epsilon(1e-6));
}

TEST_CASE("the noise of a gridded image is the noise that the conditions say", "[conditions]") {
    Context const ctx = each_device();
    Matrix const m{7, 10, 9};
    index_t const points = 400, coils = 3, voxels = m[0] * m[1] * m[2];
    auto k = random_real(static_cast<std::size_t>(3 * points), 1, -0.5, 0.5);
    for (std::size_t i = 0; i < k.size(); ++i) k[i] *= static_cast<real>(m[2 - i % 3]);
    Samples samples;
    samples.trajectory = Tensor<real>::from(ctx, {points, 3}, k);
    samples.weights = Tensor<real>::from(ctx, {points}, random_real(static_cast<std::size_t>(points), 2, 0.3, 1));
    Shape const shape{coils, m[0], m[1], m[2]};
    std::vector<complex> maps(static_cast<std::size_t>(shape.size()),
        complex{static_cast<real>(std::sqrt(1.0 / 3)), 0}); // their squares add up to 1
    auto const model = sense_model(Tensor<complex>::from(ctx, shape, maps), samples, {}, NormalOperator::gridded);
    auto noise = random_complex(static_cast<std::size_t>(coils * points), 5); // uniform in a square: E |n|^2 is known from its values
    double energy = 0;
    for (complex const n : noise) energy += norm2(n);
    double const deviation = std::sqrt(energy / static_cast<double>(noise.size()));
    Tensor<complex> const image(ctx, {m[0], m[1], m[2]});
    model->weighted_adjoint(Tensor<complex>::from(ctx, {coils, points}, noise), image);
    auto const found = scan_conditions(*model, image, samples.weights, deviation, 2);
    CHECK(found.noise == Approx(norm(image) / std::sqrt(static_cast<double>(voxels)) / 2).epsilon(0.08));
}

TEST_CASE("the noise of samples is found where there is no prescan", "[conditions]") {
    Context const ctx;
    index_t const points = 20000, coils = 2;
    std::vector<real> k;
    std::vector<complex> kspace;
    Random random(3);
    for (index_t i = 0; i < points; ++i) k.insert(k.end(), {static_cast<real>(32.0 * double(i) / points), 0, 0});
    for (index_t c = 0; c < coils; ++c)
        for (index_t i = 0; i < points; ++i) {
            auto const n = random.normal2(); // E |n|^2 = 2
            double const signal = 100 * std::exp(-double(i) / 1000);
            kspace.push_back({static_cast<real>(signal + (c + 1) * n.re), static_cast<real>((c + 1) * n.im)});
        }
    auto const y = Tensor<complex>::from(ctx, {coils, points}, kspace);
    auto const trajectory = Tensor<real>::from(ctx, {points, 3}, k);
    CHECK(noise_of_sample(1.5, y, trajectory) == 1.5);
    CHECK(noise_of_sample({}, y, trajectory) == Approx(std::sqrt(2 * (1 + 4) / 2.0)).epsilon(0.05));
}
