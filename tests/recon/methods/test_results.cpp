// One rule for the images of all methods, and their intensity.
#include "core/arrays/vector_ops.h"
#include "recon/methods/methods.h"
#include "recon/scan/coils.h"
#include "recon/scan/scan.h"
#include "tests/support/acquisitions.h"
#include "tests/support/recon_scan.h"

using namespace tessera;
using namespace tessera::test;

namespace {

ScanConfig fast() {
    ScanConfig config;
    config.density.kind = DensityKind::radial;
    config.maps.source = MapsSource::file;
    return config;
}

Tensor<complex> image_of(Acquisition const& a, MethodConfig const& method, ScanConfig const& config) {
    return Reconstructor(prepare_scan(Context(), a, config, true), config)(method);
}

} // namespace

TEST_CASE("images that are not finite or are empty are refused, whatever the method", "[results]") {
    auto const scan = prepare_scan(Context(), small_scan({12, 12, 12}, 2), fast(), true);
    MethodConfig config;
    config.method = GENERATE(Method::gridding, Method::cg_sense, Method::l1_wavelet, Method::tv);
    config.cg.iterations = config.l1_wavelet.iterations = config.tv.iterations = 2;
    CAPTURE(config_name(config.method));
    CHECK(message_of([&] { Reconstructor(scan, fast())(config); }) == "no error");
    auto broken = scan;
    broken.kspace = scan.kspace.clone();
    SECTION("huge") {
        for (complex& v : broken.kspace.host()) v = real(sizeof(real) == 4 ? 1e25 : 1e200) * v;
        CHECK(message_of([&] { Reconstructor(broken, fast())(config); }) != "no error");
    }
    SECTION("not a number") {
        broken.kspace.host()[7].re = std::numeric_limits<real>::quiet_NaN();
        CHECK(message_of([&] { Reconstructor(broken, fast())(config); }) != "no error");
    }
    SECTION("zero") {
        broken.kspace.zero();
        CHECK_THAT(message_of([&] { Reconstructor(broken, fast())(config); }), Catch::Contains("zero"));
    }
    SECTION("weights that vanish") {
        broken.weights = Tensor<real>::zeros(Context(), scan.weights.shape());
        CHECK_THAT(message_of([&] { Reconstructor(broken, fast())(config); }), Catch::Contains("zero"));
    }
}

TEST_CASE("prewhitening keeps the intensity of images, whatever the noise is", "[results]") {
    auto a = small_scan({12, 12, 12}, 2);
    MethodConfig config;
    config.method = Method::gridding;
    for (double const size : {1e-3, 7.0}) { // independent and equal noise: nothing is to be done
        auto const noise = random_complex(2 * 4000, 5);
        a.noise = Tensor<complex>::from(Context(), {2, 4000}, noise);
        for (complex& v : a.noise->host()) v = static_cast<real>(size) * v;
        auto plain = fast();
        plain.coils.prewhiten = false;
        double const with = norm(image_of(a, config, fast())), without = norm(image_of(a, config, plain));
        CHECK(with / without == Approx(1).epsilon(0.03));
    }
}

TEST_CASE("the deviation of whitened noise is the typical one of the coils", "[results]") {
    auto const a = small_scan({12, 12, 12}, 3, 1, 1, 20);
    auto const scan = prepare_scan(Context(), a, fast(), false);
    REQUIRE(scan.noise_deviation);
    CHECK(*scan.noise_deviation == typical_deviation(*a.noise));
    CHECK(*scan.noise_deviation == Approx(0.05).epsilon(0.9));
    CHECK_THROWS_AS(typical_deviation(Tensor<complex>::zeros(Context(), {2, 5})), Error);
}
