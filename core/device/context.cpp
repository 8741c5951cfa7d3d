#include "core/device/context.h"

#include "core/device/backend.h"

#include <map>
#include <mutex>

namespace tessera {

struct Context::State {
    explicit State(Device device) : stream(backend::create_stream(device)), allocator(device) {}
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() {
        resources.clear(); // they may use the stream
        backend::destroy_stream(stream);
    }

    Stream stream;
    Allocator allocator;
    std::mutex mutex;
    std::map<std::type_index, std::shared_ptr<void>> resources;
};

Context::Context(Device device) : state_(std::make_shared<State>(device)) {}

Device Context::device() const { return state_->stream.device; }
Stream Context::stream() const { return state_->stream; }
Allocator& Context::allocator() const { return state_->allocator; }
void Context::synchronize() const { backend::synchronize(state_->stream); }

void* Context::resource(std::type_index type, std::function<std::shared_ptr<void>(Stream)> const& make) const {
    std::lock_guard const lock(state_->mutex);
    auto& found = state_->resources[type];
    if (!found) found = make(state_->stream);
    return found.get();
}

} // namespace tessera
