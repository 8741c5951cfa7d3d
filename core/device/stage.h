// The parts that a program's work falls into, with the memory and time of each: what --plan predicts and a run measures.
#pragma once

#include "core/device/context.h"

#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// All times that one stage ran, below the same stages.
struct StageRecord {
    std::string name;
    std::size_t depth = 0; ///< stages that it is part of
    std::size_t calls = 0;
    std::size_t device_peak = 0, host_peak = 0; ///< bytes that lived in the context and in its host(), at most
    double seconds = 0;                         ///< parts included
    Work work;                                  ///< of a rehearsal, parts included
};

/// A stage of the work in a context, from its construction to its end. Stages nest.
class Stage {
public:
    Stage(Context const& context, std::string_view name);
    ~Stage();
    Stage(Stage const&) = delete;
    Stage& operator=(Stage const&) = delete;

private:
    struct Running;
    Context context_;
    std::unique_ptr<Running> running_;
};

/// The stages that have ended, in the order of their first beginning.
std::vector<StageRecord> stages(Context const& context);

} // namespace tessera
