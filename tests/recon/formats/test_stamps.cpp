// Time and breath from the stamps of ISMRMRD files.
#include "recon/formats/ismrmrd/ismrmrd_stamps.h"
#include "recon/formats/read.h"
#include "tests/support/ismrmrd_file.h"
#include "tests/support/temporary_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

/// Readouts 0.1 s apart from an unround start, and a trigger every `period` readouts in the second stamp.
std::vector<IsmrmrdRecord> stamped(int readouts, int period) {
    std::vector<IsmrmrdRecord> records;
    for (int r = 0; r < readouts; ++r) {
        records.push_back(ismrmrd_readout(6, 1));
        records.back().head.acquisition_time_stamp = static_cast<std::uint32_t>(777 + 40 * r);
        if (period > 0) records.back().head.physiology_time_stamp[1] = static_cast<std::uint32_t>(40 * (r % period));
    }
    return records;
}

Acquisition read_back(std::vector<IsmrmrdRecord> const& records) {
    TemporaryFolder const folder;
    write_ismrmrd(folder / "a.mrd", ismrmrd_xml(), records);
    return read_acquisition(folder / "a.mrd");
}

} // namespace

TEST_CASE("time stamps of ISMRMRD become seconds since the first readout", "[ismrmrd]") {
    auto const a = read_back(stamped(5, 0));
    REQUIRE(a.times.size() == 5);
    CHECK(a.times[0] == 0);
    CHECK(a.times[3] == Approx(0.3));
    CHECK(a.respiration.empty());
    auto records = stamped(5, 0);
    for (auto& r : records) r.head.acquisition_time_stamp = 5;
    CHECK(read_back(records).times.empty());
}

TEST_CASE("a physiology stamp with the triggers of a breath becomes a signal", "[ismrmrd]") {
    auto const a = read_back(stamped(165, 40)); // a breath of 4 s
    REQUIRE(a.respiration.size() == 165);
    for (int const trigger : {0, 40, 80, 160}) CHECK(a.respiration[static_cast<std::size_t>(trigger)] == Approx(0).margin(1e-9));
    for (int const middle : {20, 60, 140}) CHECK(a.respiration[static_cast<std::size_t>(middle)] > 0.98);
    CHECK(std::any_of(a.notes.begin(), a.notes.end(), [](auto const& n) { return n.find("physiology stamps") != std::string::npos; }));
    CHECK(read_back(stamped(165, 9)).respiration.empty());  // a heart
    CHECK(read_back(stamped(100, 40)).respiration.empty()); // two triggers
}
