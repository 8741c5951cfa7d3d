#include "core/terminal/log.h"

#include "core/error.h"

#include <algorithm>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace tessera {
namespace {

spdlog::level::level_enum native(LogLevel level) {
    switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

// info is what the program has to say; only the other levels are named
class LevelPrefix final : public spdlog::custom_flag_formatter {
public:
    void format(spdlog::details::log_msg const& message, std::tm const&, spdlog::memory_buf_t& out) override {
        std::string_view const prefix = message.level == spdlog::level::err ? "error: "
            : message.level == spdlog::level::warn                          ? "warning: "
            : message.level == spdlog::level::debug                         ? "debug: "
                                                                            : "";
        out.append(prefix.data(), prefix.data() + prefix.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelPrefix>(); }
};

std::unique_ptr<spdlog::formatter> terminal_format() {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<LevelPrefix>('*');
    // on a terminal a message replaces the progress line, which the next step draws again
    formatter->set_pattern(isatty(STDERR_FILENO) ? "\r\x1b[K%*%v" : "%*%v");
    return formatter;
}

// spdlog's default logger, which speaks to standard output until it is first used here.
spdlog::logger& logger() {
    static bool const installed = [] {
        auto const sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        sink->set_formatter(terminal_format());
        sink->set_level(spdlog::level::info);
        auto const tessera = std::make_shared<spdlog::logger>("tessera", sink);
        tessera->set_level(spdlog::level::info);
        tessera->flush_on(spdlog::level::info);
        spdlog::set_default_logger(tessera);
        return true;
    }();
    (void)installed;
    return *spdlog::default_logger_raw();
}

// What the most talkative sink wants decides what is formatted at all.
void follow_sinks() {
    auto lowest = spdlog::level::off;
    for (auto const& sink : logger().sinks()) lowest = std::min(lowest, sink->level());
    logger().set_level(lowest);
}

} // namespace

void set_log_level(LogLevel level) {
    logger().sinks().front()->set_level(native(level));
    follow_sinks();
}

LogPause::LogPause() : shown_(logger().sinks().front()->level()) {
    logger().sinks().front()->set_level(spdlog::level::err); // hides progress as well
    logger().set_level(spdlog::level::err);
}
LogPause::~LogPause() {
    logger().sinks().front()->set_level(static_cast<spdlog::level::level_enum>(shown_));
    follow_sinks();
}

bool log_shown(LogLevel level) { return logger().sinks().front()->should_log(native(level)); }

bool log_enabled(LogLevel level) { return logger().should_log(native(level)); }

void log_message(LogLevel level, std::string const& message) noexcept {
    logger().log(native(level), spdlog::string_view_t(message)); // spdlog reports its own failures and does not throw
}

struct LogFile::Sink {
    spdlog::sink_ptr file;
};

LogFile::LogFile(std::filesystem::path const& file, bool go_on) {
    try {
        auto const sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string(), !go_on);
        sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
        sink->set_level(spdlog::level::debug);
        sink_ = std::make_unique<Sink>(Sink{sink});
    } catch (spdlog::spdlog_ex const& e) {
        fail("{}: cannot be written as a log file: {}", file.string(), e.what());
    }
    logger().sinks().push_back(sink_->file);
    follow_sinks();
}

LogFile::~LogFile() {
    auto& sinks = logger().sinks();
    sinks.erase(std::remove(sinks.begin(), sinks.end(), sink_->file), sinks.end());
    follow_sinks();
}

} // namespace tessera
