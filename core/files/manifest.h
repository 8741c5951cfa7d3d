// What a folder of results says of its own run, in its config.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tessera {

/// Keys of config.json that begin with '$' and that configurations are read without.
struct RunRecord {
    std::vector<std::string> files;    ///< "$files": all that the run wrote, relative to the folder
    std::vector<std::string> warnings; ///< "$warnings": what a reader of the results should know, one sentence each
};

/// The text of a configuration with the record in front.
std::string with_record(std::string const& config_json, RunRecord const& record);

/// The files that the config.json of a folder claims; none where there is no such file. Only names that stay within the folder.
std::vector<std::string> files_of_run(std::filesystem::path const& folder);

/// Plain files below a folder, relative to it, sorted.
std::vector<std::string> files_below(std::filesystem::path const& folder);

} // namespace tessera
