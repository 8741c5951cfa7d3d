#include "core/context.h"

#include "core/backend.h"

namespace tessera {

struct Context::State {
    explicit State(Device device) : stream(backend::create_stream(device)), allocator(device) {}
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() { backend::destroy_stream(stream); }

    Stream stream;
    Allocator allocator;
};

Context::Context(Device device) : state_(std::make_shared<State>(device)) {}

Device Context::device() const { return state_->stream.device; }
Stream Context::stream() const { return state_->stream; }
Allocator& Context::allocator() const { return state_->allocator; }
void Context::synchronize() const { backend::synchronize(state_->stream); }

} // namespace tessera
