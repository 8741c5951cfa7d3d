#include "core/files/atomic_folder.h"

#include "core/error.h"

#include <unistd.h>

namespace tessera {

namespace fs = std::filesystem;

namespace {

fs::path first_missing(fs::path const& folder) {
    fs::path missing;
    std::error_code ignored;
    for (fs::path p = folder; !p.empty() && !fs::exists(p, ignored); p = p.parent_path()) missing = p;
    return missing;
}

} // namespace

AtomicFolder::AtomicFolder(fs::path target) : target_(std::move(target)) {
    if (target_.has_relative_path() && target_.filename().empty()) target_ = target_.parent_path(); // "results/"
    std::error_code error;
    require(!fs::exists(target_, error) || fs::is_directory(target_, error), "{}: cannot be the folder for results: it exists and is not a folder",
        target_.string());
    first_made_ = first_missing(target_);
    fs::create_directories(target_, error);
    require(!error, "{}: cannot make this folder: {}", target_.string(), error.message());
    temporary_ = target_ / fmt::format(".{}.part", ::getpid());
    fs::create_directory(temporary_, error);
    require(!error, "{}: cannot write to this folder: {}", target_.string(), error.message());
}

AtomicFolder::~AtomicFolder() {
    std::error_code ignored;
    if (fs::exists(temporary_, ignored)) fs::remove_all(temporary_, ignored);
    if (first_made_.empty()) return;
    // Only empty folders can be removed like this: those with results, or with another program's files, stay.
    for (fs::path p = target_; fs::remove(p, ignored) && p != first_made_;) p = p.parent_path();
}

void AtomicFolder::commit() {
    std::error_code error;
    for (auto const& entry : fs::directory_iterator(temporary_)) {
        fs::path const final_name = target_ / entry.path().filename();
        fs::rename(entry.path(), final_name, error);
        require(!error, "{}: cannot write: {}", final_name.string(), error.message());
    }
    fs::remove(temporary_, error);
}

} // namespace tessera
