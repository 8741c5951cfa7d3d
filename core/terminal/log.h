// Messages for the user, on standard error and in the log file of a run. (log_ and not a namespace: log is a function of <cmath>.)
#pragma once

#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <utility>

namespace tessera {

enum class LogLevel { debug, info, warn, error };

/// Messages below this level are dropped on standard error; info at first. Log files take every level.
void set_log_level(LogLevel level);
/// Whether standard error shows messages of this level.
bool log_shown(LogLevel level);
/// Whether a message of this level would be written anywhere.
bool log_enabled(LogLevel level);
void log_message(LogLevel level, std::string const& message) noexcept;

template <class... Args> void log_debug(fmt::format_string<Args...> format, Args&&... args) {
    if (log_enabled(LogLevel::debug)) log_message(LogLevel::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args> void log_info(fmt::format_string<Args...> format, Args&&... args) {
    if (log_enabled(LogLevel::info)) log_message(LogLevel::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args> void log_warn(fmt::format_string<Args...> format, Args&&... args) {
    if (log_enabled(LogLevel::warn)) log_message(LogLevel::warn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args> void log_error(fmt::format_string<Args...> format, Args&&... args) {
    log_message(LogLevel::error, fmt::format(format, std::forward<Args>(args)...));
}

/// While it lives, only errors are written: for work that is rehearsed, whose messages nobody wants twice.
class LogPause {
public:
    LogPause();
    ~LogPause();
    LogPause(LogPause const&) = delete;
    LogPause& operator=(LogPause const&) = delete;

private:
    int shown_; ///< on standard error, before
};

/// While it lives, every message also goes to this file, with time and level; an existing file is replaced or continued.
/// Throws Error when the file cannot be written. Make and destroy it while no other thread logs.
class LogFile {
public:
    explicit LogFile(std::filesystem::path const& file, bool go_on = false);
    ~LogFile();
    LogFile(LogFile const&) = delete;
    LogFile& operator=(LogFile const&) = delete;

private:
    struct Sink;
    std::unique_ptr<Sink> sink_;
};

} // namespace tessera
