#include "tools/bench/measure.h"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace tessera {
namespace {

double clock_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double processor_seconds() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    std::size_t const n = values.size();
    return n ? (values[n / 2] + values[(n - 1) / 2]) / 2 : 0;
}

} // namespace

Stopwatch::Stopwatch(Context const& context) : context_(context) {
    context_.synchronize();
    start_ = clock_seconds();
    cpu_start_ = processor_seconds();
}

double Stopwatch::seconds() const {
    context_.synchronize();
    return clock_seconds() - start_;
}
double Stopwatch::cpu_seconds() const { return processor_seconds() - cpu_start_; }

Once timed(Context const& context, std::function<void()> const& execute) {
    Stopwatch const watch(context);
    execute();
    return {watch.seconds(), watch.cpu_seconds()};
}

void Rounds::run(Context const& context, std::function<void()> const& execute) {
    Once const once = timed(context, execute);
    seconds_.push_back(once.seconds);
    cpu_seconds_.push_back(once.cpu_seconds);
}

Measured Rounds::summary(Once const& planning, Once const& first) const {
    Measured m;
    m.seconds = median(seconds_);
    m.fastest_seconds = *std::min_element(seconds_.begin(), seconds_.end());
    m.cpu_seconds = median(cpu_seconds_);
    m.setup_seconds = planning.seconds + std::max(0.0, first.seconds - m.seconds);
    m.setup_cpu_seconds = planning.cpu_seconds;
    return m;
}

} // namespace tessera
