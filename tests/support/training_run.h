// Small training runs, started as a user starts them.
#pragma once

#include "tests/support/recon_scan.h"

#include <nlohmann/json.hpp>

namespace tessera::test {

using Json = nlohmann::json;

/// Writes small_scan() to <folder>/<name>.h5, so noisy that a few steps of training help. Returns the file.
inline std::filesystem::path training_scan(TemporaryFolder const& folder, std::string const& name, std::uint64_t seed,
    Matrix const& matrix = {10, 12, 14}, index_t coils = 2, double undersampling = 2) {
    write_acquisition(folder / (name + ".h5"), small_scan(matrix, coils, undersampling, seed, 20));
    return folder / (name + ".h5");
}

/// Two unrolls of a small network in patches that do not divide the matrix; maps of the file, so that nothing needs jsense.
inline Json small_training(std::filesystem::path const& output, std::vector<std::filesystem::path> const& train,
    std::vector<std::filesystem::path> const& validation) {
    Json config = Json::parse(R"({
        "data": {"scan": {"maps": {"source": "file"}, "density": {"kind": "radial"}}},
        "model": {"unrolls": 2, "network": {"resnet3d": {"channels": 4, "blocks": 1, "convolutions": 1}},
                  "data_consistency": {"lambda": 0.3, "iterations": 5}},
        "memory": {"patch": [8, 8, 8]},
        "optimiser": {"learning_rate": 0.003},
        "device": "cpu", "threads": 1, "steps": 4, "validate_every": 2, "checkpoint_every": 1})");
    config["output"] = output.string();
    for (auto const& file : train) config["data"]["train"].push_back(file.string());
    config["data"]["validation"] = Json::array();
    for (auto const& file : validation) config["data"]["validation"].push_back(file.string());
    return config;
}

/// Writes the configuration to <output>.json; the arguments that name it to tessera-train.
inline std::string training_arguments(Json const& config, std::string const& more = "") {
    std::string const file = config.at("output").get<std::string>() + ".json";
    std::ofstream(file) << config.dump(2);
    return file + " " + more;
}

inline ProgramResult train(Json const& config, std::string const& more = "") {
    return run_program("tessera-train", training_arguments(config, more));
}

/// tessera-recon with weights, on scans that were prepared as small_training() does.
inline ProgramResult apply_weights(std::filesystem::path const& weights, std::filesystem::path const& scan,
    std::filesystem::path const& output, std::string const& more = "") {
    return recon(scan, output, "mbdl",
        fmt::format("--set device=cpu --set maps.source=file --set density.kind=radial --set outputs.png=false "
                    "--set outputs.nifti=false --set mbdl.weights={} {}",
            weights.string(), more));
}

/// The rows of a .jsonl file, keys in their order.
inline std::vector<nlohmann::ordered_json> rows_of(std::filesystem::path const& jsonl) {
    std::vector<nlohmann::ordered_json> rows;
    std::ifstream file(jsonl);
    for (std::string line; std::getline(file, line);) rows.push_back(nlohmann::ordered_json::parse(line));
    return rows;
}

/// One number of every row of metrics.jsonl.
inline std::vector<double> column(std::filesystem::path const& output, std::string const& name) {
    std::vector<double> values;
    for (auto const& row : rows_of(output / "metrics.jsonl")) values.push_back(row.at(name).get<double>());
    return values;
}

/// The row of validation.jsonl of one case and step.
inline nlohmann::ordered_json validation_row(std::filesystem::path const& output, index_t step, std::string const& name) {
    for (auto const& row : rows_of(output / "validation.jsonl"))
        if (row.at("step") == step && row.at("case") == name) return row;
    return {};
}

} // namespace tessera::test
