#include "core/files/manifest.h"

#include "core/config/json_watch.h"
#include "core/read_at_most.h"

#include <algorithm>
#include <fstream>

namespace tessera {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kLongest = std::size_t{1} << 22;

bool stays_within(fs::path const& name) {
    return !name.empty() && name.is_relative() && std::none_of(name.begin(), name.end(), [](fs::path const& part) { return part == ".."; });
}

} // namespace

std::string with_record(std::string const& config_json, RunRecord const& record) {
    Json all{{"$files", record.files}, {"$warnings", record.warnings}};
    all.update(Json::parse(config_json));
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<std::string> files_of_run(fs::path const& folder) {
    std::ifstream stream(folder / "config.json", std::ios::binary);
    auto const config = parse_or_discard<Json>(read_at_most(stream, kLongest));
    std::vector<std::string> files;
    if (!config.is_object() || !config.contains("$files") || !config["$files"].is_array()) return files;
    for (auto const& name : config["$files"])
        if (name.is_string() && stays_within(name.get<std::string>())) files.push_back(name.get<std::string>());
    return files;
}

std::vector<std::string> files_below(fs::path const& folder) {
    std::vector<std::string> files;
    for (auto const& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder).string());
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace tessera
