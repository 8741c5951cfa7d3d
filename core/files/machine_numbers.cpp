#include "core/files/machine_numbers.h"

#include "core/config/json_watch.h"
#include "core/device/device.h"
#include "core/files/atomic_file.h"
#include "core/terminal/log.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <omp.h>
#include <unistd.h>

namespace tessera {

std::optional<std::filesystem::path> cache_folder() {
    auto const from = [](char const* variable, char const* below) -> std::optional<std::filesystem::path> {
        char const* const value = std::getenv(variable);
        if (value && *value) return std::filesystem::path(value) / below;
        return {};
    };
    for (auto const& [variable, below] : {std::pair("TESSERA_CACHE", ""), {"XDG_CACHE_HOME", "tessera"}, {"HOME", ".cache/tessera"}})
        if (auto folder = from(variable, below)) return folder;
    return {};
}

MachineNumbers::MachineNumbers(std::string const& name, Device device, std::vector<std::string> keys) : keys_(std::move(keys)) {
    if (auto const folder = cache_folder())
        file_ = *folder /
            fmt::format("{}-{}-{}-{}.json", name, device_name(device), sizeof(real) == 4 ? "float" : "double", omp_get_max_threads());
}

std::optional<std::vector<double>> MachineNumbers::read() const {
    if (!file_) return {};
    std::ifstream in(*file_);
    auto const json = parse_or_discard<nlohmann::json>(std::string(std::istreambuf_iterator<char>(in), {}));
    std::vector<double> values;
    for (auto const& key : keys_) {
        if (!json.is_object() || !json.contains(key) || !json[key].is_number() || !(json[key].get<double>() > 0)) return {};
        values.push_back(json[key].get<double>());
    }
    return values;
}

bool MachineNumbers::can_be_kept() const {
    if (!file_) return false;
    std::error_code ignored;
    std::filesystem::create_directories(file_->parent_path(), ignored);
    return std::filesystem::is_directory(file_->parent_path(), ignored) && ::access(file_->parent_path().c_str(), W_OK) == 0;
}

void MachineNumbers::write(std::vector<double> const& values) const {
    if (!file_) return;
    try {
        std::filesystem::create_directories(file_->parent_path());
        nlohmann::ordered_json json;
        for (std::size_t i = 0; i < keys_.size(); ++i) json[keys_[i]] = values.at(i);
        write_text_file(*file_, json.dump(2) + "\n");
    } catch (std::exception const& e) {
        log_debug("not kept for later runs: {}", e.what());
    }
}

double fastest(Context const& context, int runs, std::function<void()> const& run) {
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < runs; ++i) {
        context.synchronize();
        auto const start = std::chrono::steady_clock::now();
        run();
        context.synchronize();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

} // namespace tessera
