#include "core/files/atomic_folder.h"

#include "core/error.h"
#include "core/files/manifest.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>

namespace tessera {

namespace fs = std::filesystem;

namespace {

fs::path first_missing(fs::path const& folder) {
    fs::path missing;
    std::error_code ignored;
    for (fs::path p = folder; !p.empty() && !fs::exists(p, ignored); p = p.parent_path()) missing = p;
    return missing;
}

/// Whether a folder may change its place with another one beside it: no mount point, and nobody works in it here.
bool can_be_replaced(fs::path const& folder) {
    struct statx info {};
    if (::statx(AT_FDCWD, folder.c_str(), 0, STATX_BASIC_STATS, &info) != 0 || (info.stx_attributes & STATX_ATTR_MOUNT_ROOT)) return false;
    std::error_code error;
    fs::path const here = fs::current_path(error);
    auto const [end, ignored] = std::mismatch(folder.begin(), folder.end(), here.begin(), here.end());
    return !error && end != folder.end() && folder.has_relative_path();
}

void require_done(std::error_code const& error, fs::path const& path) {
    require(!error, "{}: cannot write: {}", path.string(), error.message());
}

} // namespace

AtomicFolder::AtomicFolder(fs::path target) : target_(std::move(target)) {
    if (target_.has_relative_path() && target_.filename().empty()) target_ = target_.parent_path(); // "results/"
    std::error_code error;
    require(!fs::exists(target_, error) || fs::is_directory(target_, error),
        "{}: cannot be the folder for results: it exists and is not a folder", target_.string());
    first_made_ = first_missing(target_);
    fs::create_directories(target_, error);
    require(!error, "{}: cannot make this folder: {}", target_.string(), error.message());
    fs::path const place = fs::canonical(target_, error); // links stay what they are
    require(!error, "{}: cannot make this folder: {}", target_.string(), error.message());
    sweep_leftovers(place);
    beside_ = can_be_replaced(place);
    if (beside_) sweep_leftovers(place.parent_path());
    do {
        temporary_ = temporary_name(beside_ ? place : place / "new");
        if (!fs::create_directory(temporary_, error) && std::exchange(beside_, false)) continue; // nothing may be made up there
        require(!error, "{}: cannot write to this folder: {}", target_.string(), error.message());
        if (auto lock = FileLock::take(temporary_)) lock_ = std::move(*lock);
    } while (!fs::exists(temporary_, error)); // swept between its making and its locking: once more
}

AtomicFolder::~AtomicFolder() {
    std::error_code ignored;
    if (fs::exists(temporary_, ignored)) fs::remove_all(temporary_, ignored);
    if (first_made_.empty()) return;
    // Only empty folders can be removed like this: those with results, or with another program's files, stay.
    for (fs::path p = target_; fs::remove(p, ignored) && p != first_made_;) p = p.parent_path();
}

void AtomicFolder::commit() {
    if (!beside_ || !replace_whole()) move_files();
    std::error_code ignored;
    fs::remove_all(temporary_, ignored); // the folder of before, or what is left of the new one
}

// Whether it could be done. Files of others are linked into the new folder first, so that they are in one of the two at any time.
bool AtomicFolder::replace_whole() {
    fs::path const place = fs::canonical(target_);
    std::set<std::string> earlier;
    for (auto const& name : files_of_run(place)) earlier.insert(fs::path(name).begin()->string());
    std::error_code error;
    for (auto const& entry : fs::directory_iterator(place)) {
        fs::path const name = entry.path().filename(), linked = temporary_ / name;
        if (earlier.contains(name.string()) || fs::exists(fs::symlink_status(linked))) continue;
        fs::copy(entry.path(), linked, fs::copy_options::recursive | fs::copy_options::create_hard_links | fs::copy_options::copy_symlinks,
            error);
        if (error) return false;
    }
    fs::permissions(temporary_, fs::status(place).permissions(), error);
    return ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0;
}

void AtomicFolder::move_files() {
    std::error_code error;
    auto const earlier = files_of_run(target_);
    std::set<std::string> written;
    std::vector<fs::path> moved;
    for (auto const& entry : fs::directory_iterator(temporary_)) moved.push_back(entry.path());
    for (auto const& path : moved) {
        fs::path const final_name = target_ / path.filename();
        written.insert(path.filename().string());
        if (fs::is_directory(fs::symlink_status(path))) continue; // of others, linked here before
        fs::rename(path, final_name, error);
        require_done(error, final_name);
    }
    for (auto const& name : earlier)
        if (!written.contains(name)) fs::remove(target_ / name, error);
}

} // namespace tessera
