#include "recon/formats/read.h"
#include "tests/support/acquisitions.h"
#include "tests/support/ismrmrd_file.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <numbers>

using namespace tessera;
using namespace tessera::test;

namespace {

struct Scan {
    TemporaryFolder folder;
    std::string xml = ismrmrd_xml();
    std::vector<IsmrmrdRecord> records{ismrmrd_readout(), ismrmrd_readout()};

    std::string path() const { return (folder / "scan.mrd").string(); }
    Acquisition read(ReadOptions const& options = {}) const {
        write_ismrmrd(path(), xml, records);
        return read_acquisition(path(), options);
    }
    std::string error() const {
        return message_of([&] { read(); });
    }
};

bool noted(Acquisition const& a, std::string const& note) { return std::count(a.notes.begin(), a.notes.end(), note) == 1; }

} // namespace

TEST_CASE("ISMRMRD readouts become k-space, trajectory and geometry", "[ismrmrd]") {
    Scan scan;
    for (IsmrmrdRecord& r : scan.records) {
        float const position[] = {10, -20, 30};
        std::copy_n(position, 3, r.head.position);
        std::fill_n(&r.head.read_dir[0], 12 - 3, 0.f); // all three directions
        r.head.read_dir[1] = r.head.phase_dir[2] = r.head.slice_dir[0] = 1;
    }
    Acquisition const a = scan.read();
    CHECK(a.kspace.shape().str() == "[2, 2, 6]");
    CHECK(a.kspace.view<3>()(1, 0, 4) == complex{1, 4});
    CHECK(a.trajectory.view<3>()(1, 5, 0) == real(32)); // 0.5 cycles per voxel of 64
    CHECK(a.matrix == Matrix{64, 64, 64});
    CHECK(a.geometry.fov_mm == Vector3{256, 320, 320});
    CHECK(a.geometry.centre_mm == Vector3{10, -20, 30});
    CHECK(a.geometry.x_direction == Vector3{0, 1, 0});
    CHECK(a.geometry.z_direction == Vector3{1, 0, 0});
    CHECK_FALSE(a.weights);
    CHECK_FALSE(a.noise);
}

TEST_CASE("ISMRMRD scans that are not for the image are skipped, noise is kept", "[ismrmrd]") {
    Scan scan;
    scan.records.clear();
    for (int const flag : {19, 20, 23, 24, 26, 27, 28, 30, 31, 22 /* last in a segment: an image readout */}) {
        scan.records.push_back(flag == 19 ? ismrmrd_readout(9, 2, 0, 0) : ismrmrd_readout());
        scan.records.back().head.flags = std::uint64_t(1) << (flag - 1);
    }
    scan.records.push_back(ismrmrd_readout());
    scan.records.back().head.contrast = 1;
    Acquisition const a = scan.read();
    CHECK(a.kspace.shape().str() == "[2, 1, 6]");
    REQUIRE(a.noise);
    CHECK(a.noise->shape().str() == "[2, 9]");
    CHECK(a.noise->data()[9 + 8] == complex{1, 8});
    CHECK(noted(a, "8 acquisitions that are not for the image (calibration, navigation, dummy) skipped"));
    CHECK(noted(a, "1 acquisitions of other encodings, slices or contrasts than (0, 0, 0) skipped"));
    ReadOptions second;
    second.contrast = 1;
    CHECK(scan.read(second).readouts() == 1);
    second.contrast = 2;
    CHECK(message_of([&] { scan.read(second); }) ==
        scan.path() + ": none of the 11 acquisitions is for an image of encoding 0, slice 0, contrast 2");
}

TEST_CASE("ISMRMRD blocks of records are read in their order", "[ismrmrd]") {
    Scan scan;
    scan.records.clear();
    for (int i = 0; i < 600; ++i) {
        scan.records.push_back(ismrmrd_readout(6, 1));
        scan.records.back().data[0] = static_cast<float>(i);
        if (i % 7 == 0) scan.records.back().head.flags = std::uint64_t(1) << 19;
    }
    Acquisition const a = scan.read();
    REQUIRE(a.readouts() == 600 - 86);
    CHECK(a.kspace.view<3>()(0, 0, 0).re == 1);
    CHECK(a.kspace.view<3>()(0, 513, 0).re == 599);
    CHECK(a.kspace.view<3>()(0, 300, 0).re == 351); // 6 of 7 are for the image
}

TEST_CASE("ISMRMRD samples marked as discarded are cut off", "[ismrmrd]") {
    Scan scan;
    scan.records[1] = ismrmrd_readout(9);
    scan.records[1].head.discard_pre = 2;
    scan.records[1].head.discard_post = 1;
    Acquisition const a = scan.read();
    CHECK(a.kspace.shape().str() == "[2, 2, 6]");
    CHECK(a.kspace.view<3>()(1, 1, 0) == complex{1, 2});
    CHECK(a.trajectory.view<3>()(1, 0, 0) == Approx(64 * 0.5 * 2 / 8));
}

TEST_CASE("trajectory units of ISMRMRD are detected, or refused where they are not clear", "[ismrmrd]") {
    Scan scan;
    struct Case {
        double largest;
        std::string units;
        double scale;
    };
    auto const c = GENERATE(Case{0.5, "cycles_per_voxel", 64}, Case{0.3, "cycles_per_voxel", 64},
        Case{std::numbers::pi, "radians_per_voxel", 64 / (2 * std::numbers::pi)}, Case{32, "cycles_per_fov", 1},
        Case{16, "cycles_per_fov", 1});
    scan.records = {ismrmrd_readout(6, 1, static_cast<float>(c.largest))};
    Acquisition const a = scan.read();
    CHECK(noted(a, "detected trajectory units: " + c.units));
    CHECK(a.trajectory.view<3>()(0, 5, 0) == Approx(c.largest * c.scale));
}

TEST_CASE("unclear trajectory units are refused with the value and the matrix, and can be set", "[ismrmrd]") {
    Scan scan;
    scan.records = {ismrmrd_readout(6, 1, 8)};
    CHECK(scan.error() ==
        scan.path() +
            ": the units of the trajectory are not clear: the largest |k| is 8 with matrix 64 x 64 x 64, which fits "
            "neither 1/2 (cycles_per_voxel) nor pi (radians_per_voxel) nor N/2 (cycles_per_fov); set trajectory_units");
    ReadOptions options;
    options.trajectory_units = TrajectoryUnits::cycles_per_metre;
    CHECK(scan.read(options).trajectory.view<3>()(0, 5, 0) == Approx(8 * 0.32));
    CHECK(scan.read(options).notes.empty());
    scan.records = {ismrmrd_readout(6, 1, 3)};
    scan.xml =
        "<ismrmrdHeader><encoding><encodedSpace><matrixSize><x>8</x><y>8</y><z>8</z></matrixSize><fieldOfView_mm><x>8</x><y>8</y><z>8</z>"
        "</fieldOfView_mm></encodedSpace></encoding></ismrmrdHeader>";
    CHECK_THAT(scan.error(),
        Catch::Contains("the largest |k| is 3 with matrix 8 x 8 x 8, which fits radians_per_voxel and cycles_per_fov"));
    CHECK(message_of([] { parse_trajectory_units("furlongs"); }) ==
        "trajectory_units: 'furlongs' is not one of auto, cycles_per_fov, cycles_per_voxel, radians_per_voxel, cycles_per_metre, radians_per_metre");
}

TEST_CASE("an oversampled ISMRMRD field of view is brought to the reconstructed one", "[ismrmrd]") {
    Scan scan;
    scan.xml = ismrmrd_xml(128, 64, 640, 320, 64);
    Acquisition const a = scan.read();
    CHECK(a.matrix == Matrix{64, 64, 64});
    CHECK(a.geometry.fov_mm == Vector3{256, 320, 320});
    CHECK(a.trajectory.view<3>()(0, 5, 0) == Approx(32)); // 64 cycles per 640 mm
}

TEST_CASE("weights in the last trajectory component of ISMRMRD are kept apart", "[ismrmrd]") {
    Scan scan;
    bool const planar = GENERATE(true, false);
    scan.xml = ismrmrd_xml(64, planar ? 1 : 64);
    scan.records = {ismrmrd_readout(6, 1, 0.5f, planar ? 3 : 4)};
    auto const components = static_cast<std::size_t>(planar ? 3 : 4);
    for (std::size_t s = 0; s < 6; ++s) scan.records[0].trajectory[components * s + components - 1] = float(s);
    Acquisition const a = scan.read();
    REQUIRE(a.weights);
    CHECK(a.weights->data()[4] == 4);
    CHECK(a.trajectory.view<3>()(0, 5, 2) == 0);
    CHECK(a.trajectory.view<3>()(0, 5, 0) == 32);
}

TEST_CASE("ISMRMRD files that cannot be used are refused in one sentence", "[ismrmrd]") {
    Scan scan;
    SECTION("Cartesian") {
        scan.records = {ismrmrd_readout(6, 2, 0, 0)};
        CHECK(scan.error() == scan.path() + ": acquisition 0 has no trajectory (Cartesian data are not reconstructed here)");
    }
    SECTION("different lengths") {
        scan.records[1] = ismrmrd_readout(7);
        CHECK(scan.error() ==
            scan.path() +
                ": acquisition 1 has 7 samples, 2 channels and 3 trajectory dimensions but acquisition 0 has 6, 2 and "
                "3: expected the same for all");
    }
    SECTION("data shorter than the header says") {
        scan.records[1].data.pop_back();
        CHECK(scan.error() == scan.path() + ": acquisition 1: expected 24 numbers of data as its header says, found 23");
    }
    SECTION("trajectory shorter than the header says") {
        scan.records[0].trajectory.clear();
        CHECK(scan.error() == scan.path() + ": acquisition 0: expected 18 numbers of trajectory as its header says, found 0");
    }
    SECTION("no acquisitions") {
        scan.records.clear();
        CHECK(scan.error() == scan.path() + ": none of the 0 acquisitions is for an image of encoding 0, slice 0, contrast 0");
    }
    SECTION("all samples discarded") {
        for (auto& r : scan.records) r.head.discard_pre = 6;
        CHECK(scan.error() == scan.path() + ": acquisition 0 has 0 samples and 2 channels");
    }
    SECTION("broken XML") {
        scan.xml = "<ismrmrdHeader><encoding>";
        CHECK_THAT(scan.error(), Catch::StartsWith(scan.path() + ": the XML header cannot be parsed at byte "));
    }
    SECTION("other XML") {
        scan.xml = "<html/>";
        CHECK(scan.error() == scan.path() + ": the XML header has no ismrmrdHeader but 'html'");
    }
    SECTION("encoding that is not there") {
        ReadOptions options;
        options.encoding = 1;
        CHECK(message_of([&] { scan.read(options); }) == scan.path() + ": encoding 1 of 1 encodings");
    }
    SECTION("directions of no length 1") {
        for (auto& r : scan.records) r.head.read_dir[0] = 2;
        CHECK_THAT(scan.error(), Catch::Contains("must be unit vectors, found the length 2"));
    }
    SECTION("NaN") {
        scan.records[1].data[14] = NAN; // channel 1, sample 1
        CHECK(scan.error() == scan.path() + ": kspace at [1, 1, 1] is (nan, 1): expected finite numbers");
    }
}
