#include "core/terminal/progress.h"

#include "core/terminal/interrupt.h"
#include "core/terminal/log.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tessera {
namespace {

constexpr double kRedraw = 0.1; // seconds between drawings on a terminal
constexpr double kLine = 10;    // seconds before and between plain lines, growing with the time spent

double left(double elapsed, index_t done, index_t total) { return elapsed * static_cast<double>(total - done) / static_cast<double>(done); }

} // namespace

ProgressOutput standard_progress() {
    ProgressOutput output;
    if (log_shown(LogLevel::info)) output.stream = &std::cerr; // --quiet silences both
    output.terminal = isatty(STDERR_FILENO) != 0;
    winsize size{};
    if (output.terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) output.width = size.ws_col;
    output.seconds = [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
    return output;
}

std::string format_duration(double seconds) {
    auto const s = std::llround(std::max(0.0, seconds));
    if (s < 3600) return fmt::format("{:02}:{:02}", s / 60, s % 60);
    return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

Progress::Progress(std::string title, index_t total, ProgressOutput output)
    : title_(std::move(title)), total_(total), output_(std::move(output)), start_(output_.seconds ? output_.seconds() : 0),
      shown_at_(start_) {}

Progress::~Progress() {
    if (!output_.stream || done_ == 0) return;
    try {
        show(output_.seconds(), true);
    } catch (...) {
        // a progress line is not worth an error
    }
}

void Progress::update(index_t done, std::string note) {
    interruption_point();
    done_ = std::min(done, total_);
    note_ = std::move(note);
    if (!output_.stream) return;
    double const now = output_.seconds();
    if (done_ > 0 && is_time(now)) show(now, false);
}

bool Progress::is_time(double now) const {
    double const since = now - shown_at_;
    if (output_.terminal) return since >= kRedraw;
    return since >= std::max(kLine, 0.1 * (now - start_)); // a night of training does not fill the log
}

void Progress::show(double now, bool last) {
    std::ostream& out = *output_.stream;
    double const elapsed = now - start_;
    if (output_.terminal)
        out << '\r' << bar_line(elapsed, last).substr(0, static_cast<std::size_t>(std::max(1, output_.width - 1))) << "\x1b[K";
    else
        out << plain_line(elapsed, last);
    if (last || !output_.terminal) out << '\n';
    out.flush();
    shown_at_ = now;
}

std::string Progress::bar_line(double elapsed, bool last) const {
    constexpr int kBar = 20;
    auto const filled = static_cast<int>(total_ > 0 ? kBar * done_ / total_ : kBar);
    return fmt::format("{} [{:<{}}] {}", title_, std::string(static_cast<std::size_t>(filled), '='), kBar,
        plain_line(elapsed, last).substr(title_.size() + 2));
}

std::string Progress::plain_line(double elapsed, bool last) const {
    std::string line = fmt::format("{}: {}/{} in {}", title_, done_, total_, format_duration(elapsed));
    if (!last) line += fmt::format(", {} left", format_duration(left(elapsed, done_, total_)));
    if (!note_.empty()) line += ", " + note_;
    return line;
}

} // namespace tessera
