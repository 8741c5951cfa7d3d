// Rows of measurements, for people and programs.
#pragma once

#include "tools/bench/bench_case.h"
#include "tools/bench/measure.h"

#include <string>
#include <utility>
#include <vector>

namespace tessera {

/// Named measurements in the order of the table.
struct Table {
    std::vector<std::pair<std::string, Measured>> rows;

    void describe(ConfigVisitor& v) {
        for (auto& [name, measured] : rows) v(name.c_str(), measured, "");
    }
    void print(BenchCase const& bench) const;
};

/// The median of `repeats` executions after one that is not counted, and the most memory that they took.
Measured repeated(Context const& context, index_t repeats, std::function<void()> const& execute, Once const& planning = {});

} // namespace tessera
