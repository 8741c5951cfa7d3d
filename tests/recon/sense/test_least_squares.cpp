// The data term of a scan against its definition.
#include "core/arrays/vector_ops.h"
#include "recon/sense/least_squares.h"
#include "recon/sense/normalisation.h"
#include "recon/sense/sense_model.h"
#include "tests/support/catch.h"
#include "tests/support/operator_tests.h"

using namespace tessera;
using namespace tessera::test;

TEST_CASE("the data term is half the weighted squared distance to the samples", "[least_squares]") {
    Context const ctx;
    Matrix const matrix{6, 5, 7};
    index_t const points = 150, coils = 2;
    Scan scan;
    scan.matrix = matrix;
    scan.kspace = Tensor<complex>::from(ctx, {coils, points}, random_complex(coils * points, 1));
    scan.trajectory = Tensor<real>::from(ctx, {points, 3}, random_real(3 * points, 2, -2.4, 2.4));
    scan.weights = Tensor<real>::from(ctx, {points}, random_real(points, 3, 0.2, 1));
    scan.maps = Tensor<complex>::from(ctx, {coils, 6, 5, 7}, random_complex(coils * 210, 4));
    auto const x = Tensor<complex>::from(ctx, {6, 5, 7}, random_complex(210, 5));
    NufftConfig nufft;
    nufft.accuracy = 1e-6;

    double scale = 0;
    for (bool const weighted : {true, false})
        for (auto const normal : {NormalOperator::toeplitz, NormalOperator::gridded}) {
            auto const problem = least_squares(scan, nufft, normal, weighted);
            if (scale == 0) scale = problem.scale;
            CHECK(problem.scale == Approx(scale).epsilon(1e-6)); // of the compensated data in all cases

            auto const model = sense_model(scan.maps, {scan.kspace, scan.trajectory, scan.weights}, nufft, NormalOperator::gridded);
            Tensor<complex> const samples(ctx, scan.kspace.shape());
            model->forward(x, samples);
            double expected = 0;
            for (index_t i = 0; i < samples.size(); ++i) {
                Complex<double> const y =
                    Complex<double>{scan.kspace.data()[i].re, scan.kspace.data()[i].im} * Complex<double>{1 / scale, 0};
                double const w = weighted ? scan.weights.data()[i % points] : 1;
                expected += 0.5 * w * norm2(Complex<double>{samples.data()[i].re, samples.data()[i].im} - y);
            }
            Tensor<complex> const normal_x(ctx, x.shape());
            problem.data.model->normal(x, normal_x);
            CHECK(value(problem, x, normal_x) == Approx(expected).epsilon(1e-4));
        }
}
