// Training on a measured scan, where the machine has it.
#include "tests/support/data.h"
#include "tests/support/training_run.h"

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

TEST_CASE("self-supervised training on a measured scan predicts its held-out readouts", "[tessera-train]") {
    auto const scan = shared_data("ute_phantom_2ch/MRI_Raw.h5");
    if (!scan) {
        WARN("skipped: no ute_phantom_2ch/MRI_Raw.h5");
        return;
    }
    TemporaryFolder const folder;
    fs::path const config = fs::path(TESSERA_SOURCE_DIR) / "configs/measured/ute_phantom.json", out = folder / "run";
    // fewer readouts, a smaller network and few steps: seconds instead of minutes
    auto const result = run_program("tessera-train",
        fmt::format(
            "{} --set output={} --set 'data.train=[\"{}\"]' --set 'data.validation=[\"{}\"]' --set 'data.scan.readouts=[400,1400]' --set steps=3 "
            "--set validate_every=3 --set schedule.warm_up=0 --set model.unrolls=1 --set model.network.resnet3d.channels=8 --set device=cpu",
            config.string(), out.string(), scan->string(), scan->string()));
    CAPTURE(result.errors);
    REQUIRE(result.status == 0);
    auto const rows = rows_of(out / "validation.jsonl");
    REQUIRE(rows.size() == 4); // the scan and the mean, before and after
    double const before = rows[0].at("kspace_error").get<double>(), after = rows[2].at("kspace_error").get<double>();
    CHECK(after < before);
    CHECK(after > 0.1); // noise cannot be predicted
    CHECK(std::isfinite(rows[2].at("kspace_error_sense").get<double>()));
    CHECK(rows[2].at("object_nrmse").is_null());
}
