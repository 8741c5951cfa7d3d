// The nuclear norm of blocks and its proximal map against singular values of dense matrices.
#include "recon/compressed_sensing/locally_low_rank.h"
#include "tests/support/dense_operator.h"

#include <Eigen/SVD>

using namespace tessera;
using namespace tessera::test;

namespace {

struct Lowered {
    std::vector<complex> values;
    double norm = 0; ///< of what comes out
};

/// Singular-value thresholding of blocks that begin at voxel 0, by the definition.
Lowered by_definition(std::vector<complex> values, Shape const& s, index_t block, double weight) {
    Lowered out{std::move(values), 0};
    index_t const volume = s[1] * s[2] * s[3];
    for (index_t z0 = 0; z0 < s[1]; z0 += block)
        for (index_t y0 = 0; y0 < s[2]; y0 += block)
            for (index_t x0 = 0; x0 < s[3]; x0 += block) {
                std::vector<index_t> voxels;
                for (index_t z = z0; z < std::min(z0 + block, s[1]); ++z)
                    for (index_t y = y0; y < std::min(y0 + block, s[2]); ++y)
                        for (index_t x = x0; x < std::min(x0 + block, s[3]); ++x) voxels.push_back((z * s[2] + y) * s[3] + x);
                DenseMatrix m(s[0], std::ssize(voxels));
                for (index_t t = 0; t < s[0]; ++t)
                    for (std::size_t v = 0; v < voxels.size(); ++v) {
                        auto const c = out.values[static_cast<std::size_t>(t * volume + voxels[v])];
                        m(t, static_cast<index_t>(v)) = {c.re, c.im};
                    }
                Eigen::JacobiSVD<DenseMatrix> const svd(m, Eigen::ComputeThinU | Eigen::ComputeThinV);
                Eigen::VectorXd const lowered = (svd.singularValues().array() - weight).max(0);
                m = svd.matrixU() * lowered.asDiagonal() * svd.matrixV().adjoint();
                out.norm += lowered.sum();
                for (index_t t = 0; t < s[0]; ++t)
                    for (std::size_t v = 0; v < voxels.size(); ++v) {
                        auto const c = m(t, static_cast<index_t>(v));
                        out.values[static_cast<std::size_t>(t * volume + voxels[v])] = {static_cast<real>(c.real()),
                            static_cast<real>(c.imag())};
                    }
            }
    return out;
}

} // namespace

TEST_CASE("blocks of low rank are thresholded as their singular values say", "[low_rank]") {
    Context const ctx;
    auto const shape = GENERATE(Shape{3, 4, 5, 6}, Shape{5, 1, 7, 3}, Shape{1, 2, 2, 2}, Shape{8, 3, 1, 1});
    index_t const block = GENERATE(1, 3, 8);
    double const weight = GENERATE(0.0, 0.4, 100.0);
    CAPTURE(shape.str(), block, weight);
    auto const values = random_complex(static_cast<std::size_t>(shape.size()), 5);
    auto const expected = by_definition(values, shape, block, weight), as_it_is = by_definition(values, shape, block, 0);
    auto const x = Tensor<complex>::from(ctx, shape, values);
    LocallyLowRank norm(block, false, 1);
    CHECK(norm.steady());
    CHECK(norm.value(x) == Approx(as_it_is.norm).epsilon(1e-5));
    CHECK(norm.proximal(x, weight, 1) == Approx(expected.norm).epsilon(1e-5).margin(1e-6));
    double largest = 0;
    auto const found = x.to_host();
    for (std::size_t i = 0; i < found.size(); ++i) largest = std::max<double>(largest, abs(found[i] - expected.values[i]));
    CHECK(largest < tolerance(2e-5, 1e-12));
}

TEST_CASE("shifted blocks are other ones in every iteration, and a series of one image times numbers keeps its rank", "[low_rank]") {
    Context const ctx;
    Shape const shape{4, 6, 5, 7};
    auto const values = random_complex(static_cast<std::size_t>(shape.size()), 6);
    LocallyLowRank norm(4, true, 3);
    CHECK_FALSE(norm.steady());
    auto const once = [&](index_t iteration) {
        auto const x = Tensor<complex>::from(ctx, shape, values);
        double const g = norm.proximal(x, 0.5, iteration);
        CHECK(g == Approx(norm.value(x)));
        return x.to_host();
    };
    CHECK(relative_error(once(1), once(1)) == 0);
    CHECK(relative_error(once(1), once(2)) > 1e-3);

    auto const image = random_complex(static_cast<std::size_t>(shape.tail().size()), 7);
    std::vector<complex> series;
    for (real const factor : {1, 2, 3, 4})
        for (complex const v : image) series.push_back(factor * v);
    auto const x = Tensor<complex>::from(ctx, shape, series);
    norm.proximal(x, 0.3, 5);
    auto const lowered = x.to_host();
    auto const n = image.size();
    double worst = 0;
    for (std::size_t i = 0; i < n; ++i) worst = std::max<double>(worst, abs(lowered[3 * n + i] - real(4) * lowered[i]));
    CHECK(worst < tolerance(2e-5, 1e-12));
}
