#include "core/device/stage.h"

#include <algorithm>
#include <chrono>

namespace tessera {
namespace {

using Clock = std::chrono::steady_clock;

// The stages of a context: a list in which parts follow what they are part of.
struct Stages {
    explicit Stages(Stream) {}

    std::vector<StageRecord> all;
    std::vector<std::size_t> running; // indices, the innermost last

    void begin(std::string_view name) {
        std::size_t const depth = running.size();
        std::size_t at = running.empty() ? 0 : running.back() + 1;
        while (at < all.size() && all[at].depth >= depth && !(all[at].depth == depth && all[at].name == name)) ++at;
        if (at == all.size() || all[at].depth != depth || all[at].name != name) {
            StageRecord fresh;
            fresh.name = name;
            fresh.depth = depth;
            all.insert(all.begin() + static_cast<std::ptrdiff_t>(at), fresh); // behind those that are running
        }
        running.push_back(at);
    }
};

} // namespace

struct Stage::Running {
    Clock::time_point start;
    Work work;
};

Stage::Stage(Context const& context, std::string_view name) : context_(context), running_(std::make_unique<Running>()) {
    context_.resource<Stages>().begin(name);
    context_.allocator().begin_stage();
    context_.host().allocator().begin_stage();
    if (context_.rehearses()) running_->work = *context_.stream().rehearsal;
    running_->start = Clock::now();
}

Stage::~Stage() {
    auto& log = context_.resource<Stages>();
    StageRecord& record = log.all[log.running.back()];
    log.running.pop_back();
    ++record.calls;
    record.seconds += std::chrono::duration<double>(Clock::now() - running_->start).count();
    if (context_.rehearses()) record.work += *context_.stream().rehearsal - running_->work;
    record.device_peak = std::max(record.device_peak, context_.allocator().end_stage());
    record.host_peak = std::max(record.host_peak, context_.host().allocator().end_stage());
}

std::vector<StageRecord> stages(Context const& context) { return context.resource<Stages>().all; }

} // namespace tessera
