// The files of a run's metrics: written, cut back and read again.
#include "recon/training/run_metrics.h"

#include "tests/support/catch.h"
#include "tests/support/run_program.h"

#include <cmath>
#include <limits>

using namespace tessera;
using namespace tessera::test;
using Catch::Matchers::Contains;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();

StepRecord training_row(index_t step) {
    double const s = static_cast<double>(step);
    return {step, 1 / (s + 3), {0.1 * s, 1e-300 / 3}, 1e-3, {0.05, 0.25 + s, kNan}, 2, kNan, kInf, 0.125, 5e9, 7, 1e-3 / 3, 9, kNan, 0.875};
}
CaseRecord validation_row(index_t step, std::string name, double x) {
    return {step, std::move(name), {x, kInf, 3, 4, 5, 6}, {7, 8, 9, 10, 11, 12}, 1.5 * x};
}

void write(std::filesystem::path const& path, std::string const& text, std::ios::openmode mode = std::ios::trunc) {
    std::ofstream(path, std::ios::out | mode) << text;
}

} // namespace

TEST_CASE("rows are on the disk as soon as they are added", "[run_metrics]") {
    TemporaryFolder const folder;
    RowLog log(folder / "a", {"step", "name", "value"});
    CHECK(text_of(folder / "a.csv") == "step,name,value\n");
    log.append({1.0, "plain", 0.1});
    log.append({2.0, "a, \"quoted\"\nname", kNan});
    log.append({2.0, "", -kInf});
    CHECK(text_of(folder / "a.csv") == "step,name,value\n1,plain,0.1\n2,\"a, \"\"quoted\"\"\nname\",\n2,,\n");
    CHECK(text_of(folder / "a.jsonl") ==
        "{\"step\": 1, \"name\": \"plain\", \"value\": 0.1}\n"
        "{\"step\": 2, \"name\": \"a, \\\"quoted\\\"\\nname\", \"value\": null}\n"
        "{\"step\": 2, \"name\": \"\", \"value\": null}\n");
    CHECK_THROWS_WITH(log.append({1.0, "", 0.0}), Contains("step 1 after step 2"));
    CHECK_THROWS_WITH(log.append({3.0, ""}), Contains("a row of 2 cells for 3 columns"));
}

TEST_CASE("a log that goes on keeps the rows up to the resumed step", "[run_metrics]") {
    TemporaryFolder const folder;
    std::vector<std::string> const columns{"step", "name", "value"};
    {
        RowLog log(folder / "a", columns);
        for (int step = 1; step <= 5; ++step) log.append({double(step), "x,y", step / 3.0});
    }
    std::string const csv = text_of(folder / "a.csv"), jsonl = text_of(folder / "a.jsonl");
    write(folder / "a.jsonl", "{\"step\": 6, \"na", std::ios::app); // killed while it was written
    {
        RowLog log(folder / "a", columns, 3);
        REQUIRE(log.rows().size() == 3);
        CHECK(log.rows()[2] == RowLog::Row{3.0, "x,y", 1.0});
        CHECK(log.rows()[0] == RowLog::Row{1.0, "x,y", 1 / 3.0});
        for (int step = 4; step <= 5; ++step) log.append({double(step), "x,y", step / 3.0});
    }
    CHECK(text_of(folder / "a.csv") == csv); // as if it had never stopped
    CHECK(text_of(folder / "a.jsonl") == jsonl);
    CHECK(RowLog(folder / "a", columns, 0).rows().empty());
    CHECK(text_of(folder / "a.csv") == "step,name,value\n");
    CHECK(RowLog(folder / "new", columns, 7).rows().empty()); // no files yet
}

TEST_CASE("files of another run and damaged ones are refused and stay", "[run_metrics]") {
    TemporaryFolder const folder;
    std::vector<std::string> const columns{"step", "value"};
    auto const refused = [&](std::string const& text, std::string const& reason) {
        write(folder / "a.jsonl", text);
        CHECK_THROWS_WITH(RowLog(folder / "a", columns, 9), Contains("a.jsonl: line 2") && Contains(reason));
        CHECK(text_of(folder / "a.jsonl") == text);
    };
    std::string const good = "{\"step\": 1, \"value\": 2}\n";
    refused(good + "{\"step\": 2, \"loss\": 2}\n", "has a column loss where this run has value");
    refused(good + "{\"step\": 2}\n", "has 1 columns, this run has 2");
    refused(good + "{\"step\": 2, \"value\": 1, \"more\": 1}\n", "has a column more where this run has none");
    refused(good + "{\"step\": 2, \"va\n" + good, "is not JSON");
    refused(good + "{\"step\": null, \"value\": 1}\n", "has no step");
    refused(good + "{\"step\": 2, \"value\": [1]}\n", "value is neither a number nor a text");
    refused(good + "[1, 2]\n", "is no object");
}

TEST_CASE("metrics of a run are read back with all digits", "[run_metrics]") {
    TemporaryFolder const folder;
    bool const equilibrium = GENERATE(false, true);
    {
        RunMetrics run(folder.path(), {"l1", "ssim"}, 3, equilibrium);
        for (index_t step = 1; step <= 4; ++step) run.add(training_row(step));
        run.add(validation_row(2, "a", 0.1));
        run.add(validation_row(4, "a", 0.2));
        CHECK_THROWS_WITH(run.add(StepRecord{}), Contains("a row of 0 loss terms and 0 lambdas in a run of 2 and 3"));
    }
    auto const starts = [&](char const* file, std::string const& text) { return text_of(folder / file).rfind(text, 0) == 0; };
    CHECK(starts("metrics.csv",
        "step,loss,loss_l1,loss_ssim,learning_rate,lambda_0,lambda_1,lambda_2,gradient_norm,"
        "cg_residual_forward,cg_residual_backward,seconds,peak_bytes" +
            std::string(equilibrium ? ",iterations,residual,iterations_backward,residual_backward,gain,penalty" : "") + "\n1,"));
    CHECK(starts("validation.csv",
        "step,case,object_nrmse,object_psnr,object_ssim,object_hfen,object_data_range,object_scale,volume_nrmse,"));
    RunMetrics const run(folder.path(), {"l1", "ssim"}, 3, equilibrium, 3);
    auto const rows = run.training();
    REQUIRE(rows.size() == 3);
    for (index_t step = 1; step <= 3; ++step) {
        StepRecord const &found = rows[static_cast<std::size_t>(step - 1)], expected = training_row(step);
        CHECK(found.step == step);
        CHECK(found.loss == expected.loss);
        CHECK(found.terms == expected.terms);
        CHECK(found.learning_rate == expected.learning_rate);
        CHECK(found.lambda[1] == expected.lambda[1]);
        CHECK(std::isnan(found.lambda[2]));
        CHECK(found.gradient_norm == 2);
        CHECK(std::isnan(found.cg_residual_forward));
        CHECK(std::isnan(found.cg_residual_backward));
        CHECK(found.seconds == 0.125);
        CHECK(found.peak_bytes == 5e9);
        if (equilibrium) {
            CHECK(found.iterations == 7);
            CHECK(found.residual == 1e-3 / 3);
            CHECK(found.gain == 0.875);
        } else {
            CHECK(std::isnan(found.residual)); // not in the file
        }
        CHECK(std::isnan(found.residual_backward));
    }
    auto const cases = run.validation();
    REQUIRE(cases.size() == 1);
    CHECK(cases[0].step == 2);
    CHECK(cases[0].name == "a");
    CHECK(cases[0].object.nrmse == 0.1);
    CHECK(std::isnan(cases[0].object.psnr));
    CHECK(cases[0].object.scale == 6);
    CHECK(cases[0].volume.hfen == 10);
    CHECK(cases[0].seam == 1.5 * 0.1);
}

TEST_CASE("the mean over cases is a row like them", "[run_metrics]") {
    auto const mean = mean_of({validation_row(5, "a", 1), validation_row(5, "b", 2)});
    CHECK(mean.step == 5);
    CHECK(mean.name == "mean");
    CHECK(mean.object.nrmse == 1.5);
    CHECK(mean.volume.psnr == 8);
    CHECK(mean.seam == 2.25);
    CHECK_THROWS_WITH(mean_of({}), Contains("no case"));
}
