// What tools/peers gives other programs is what Tessera has; the other programs are not needed for this.
#include "recon/formats/cfl.h"
#include "recon/formats/read.h"
#include "recon/nufft/density.h"
#include "tests/support/acquisitions.h"
#include "tests/support/recon_scan.h"

#include <cmath>
#include <cstdlib>

using namespace tessera;
using namespace tessera::test;

namespace {

int python(std::string const& code, std::filesystem::path const& errors) {
    return std::system(fmt::format("PYTHONDONTWRITEBYTECODE=1 PYTHONPATH={} /usr/bin/python3 -c '{}' 2> {}",
        TESSERA_SOURCE_DIR "/tools/peers", code, errors.string())
                           .c_str());
}

bool has_h5py(TemporaryFolder const& folder) { return python("import h5py, numpy", folder / "none") == 0; }

// Single precision is what other programs get.
constexpr double kRounding = 2e-7;

template <class T> double relative_difference(Tensor<T> const& a, Tensor<T> const& b) {
    REQUIRE(a.shape().str() == b.shape().str());
    using std::abs;
    double difference = 0, size = 0;
    for (index_t i = 0; i < a.size(); ++i) {
        difference += std::pow(static_cast<double>(abs(a.data()[i] - b.data()[i])), 2);
        size += std::pow(static_cast<double>(abs(b.data()[i])), 2);
    }
    return std::sqrt(difference / size);
}

} // namespace

TEST_CASE("other programs are given the k-space, weights and maps that Tessera uses", "[peers]") {
    TemporaryFolder const folder;
    if (!has_h5py(folder)) {
        WARN("not tested: /usr/bin/python3 has no h5py (Debian package python3-h5py)");
        return;
    }
    auto scan = small_scan({16, 18, 20}, 3);
    scan.weights = density_weights(Context(), scan.matrix, scan);
    for (real& w : scan.weights->host()) w *= 7; // a file may have them in any unit
    write_acquisition(folder / "in.h5", scan);
    auto const status = python(fmt::format("from scan import *\n"
                                           "s = Scan(\"{0}/in.h5\")\n"
                                           "s.write(\"{0}/out.h5\")\n"
                                           "write_cfl(\"{0}/out_ksp\", s.kspace[..., None])\n"
                                           "write_cfl(\"{0}/out_traj\", s.trajectory)\n"
                                           "write_cfl(\"{0}/again\", read_cfl(\"{0}/out_ksp\"))\n",
                                   folder.path().string()),
        folder / "errors");
    CAPTURE(text_of(folder / "errors"));
    REQUIRE(status == 0);

    ReadOptions options;
    options.matrix = scan.matrix;
    auto const before = read_acquisition(folder / "in.h5"), own = read_acquisition(folder / "out.h5");
    for (auto const& after : {own, read_acquisition(folder / "out_ksp", options)}) {
        CHECK(relative_difference(after.kspace, before.kspace) < kRounding);
        CHECK(relative_difference(after.trajectory, before.trajectory) < kRounding);
    }
    CHECK(same(read_cfl(Context(), folder / "again"), read_cfl(Context(), folder / "out_ksp")));
    CHECK_FALSE(own.noise.has_value());
    CHECK_FALSE(own.reference.has_value());
    CHECK(relative_difference(*own.weights, density_weights(Context(), before.matrix, before, {.kind = DensityKind::file})) < 1e-5);

    auto squares = std::vector<double>(static_cast<std::size_t>(own.maps->size() / 3));
    for (index_t i = 0; i < own.maps->size(); ++i)
        squares[static_cast<std::size_t>(i) % squares.size()] += std::pow(static_cast<double>(abs(own.maps->data()[i])), 2);
    for (double const sum : squares) REQUIRE(sum == Approx(1).margin(1e-5));
}

TEST_CASE("the comparison with other programs says what a scan lacks", "[peers]") {
    TemporaryFolder const folder;
    if (!has_h5py(folder)) {
        WARN("not tested: /usr/bin/python3 has no h5py (Debian package python3-h5py)");
        return;
    }
    auto scan = small_scan({16, 18, 20}, 2);
    write_acquisition(folder / "oval.h5", scan); // weights of an ellipsoid of spokes are known
    CHECK(python(fmt::format("from scan import *; Scan(\"{}\")", (folder / "oval.h5").string()), folder / "errors") == 0);
    for (index_t i = 0; i < 3 * scan.samples(); ++i) scan.trajectory.data()[i] /= 2; // those of one short spoke are not
    write_acquisition(folder / "uneven.h5", scan);
    CHECK(python(fmt::format("from scan import *; Scan(\"{}\")", (folder / "uneven.h5").string()), folder / "errors") != 0);
    CHECK_THAT(text_of(folder / "errors"), Catch::Contains("no dataset \"weights\""));
    scan.maps.reset();
    write_acquisition(folder / "bare.h5", scan);
    CHECK(python(fmt::format("from scan import *; Scan(\"{}\")", (folder / "bare.h5").string()), folder / "errors") != 0);
    CHECK_THAT(text_of(folder / "errors"), Catch::Contains("no dataset \"maps\""));
}
