#include "tools/bench/table.h"

#include <fmt/format.h>

namespace tessera {

void Table::print(BenchCase const& bench) const {
    if (bench.json) return fmt::print("{}\n", config_json(*this));
    fmt::print("{}\n{:>16} {:>10} {:>10} {:>10} {:>10}\n", bench.title(), "", "seconds", "(CPU s)", "set-up", "peak MB");
    for (auto const& [name, m] : rows)
        fmt::print("{:>16} {:>10.4f} {:>10.4f} {:>10.4f} {:>10.1f}\n", name, m.seconds, m.cpu_seconds, m.setup_cpu_seconds,
            1e-6 * static_cast<double>(m.peak_bytes));
}

Measured repeated(Context const& context, index_t repeats, std::function<void()> const& execute, Once const& planning) {
    auto& memory = context.allocator();
    std::size_t const before = memory.use().live;
    memory.reset_peak();
    Once const first = timed(context, execute);
    Rounds rounds;
    for (index_t i = 0; i < repeats; ++i) rounds.run(context, execute);
    Measured m = rounds.summary(planning, first);
    m.peak_bytes = memory.use().peak - before;
    return m;
}

} // namespace tessera
