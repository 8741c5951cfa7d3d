#include "core/device/context.h"

#include "core/device/backend.h"

#include <map>
#include <mutex>

namespace tessera {

struct Context::State {
    enum class Kind { real, rehearsal };
    State(Device device, Kind kind, std::shared_ptr<Work> shared = std::make_shared<Work>())
        : work(std::move(shared)), stream(kind == Kind::real ? backend::create_stream(device) : Stream{device, nullptr, work.get()}),
          allocator(device) {}
    State(std::shared_ptr<State> memory, std::filesystem::path const& scratch)
        : work(memory->work), stream(memory->stream), allocator(scratch), host(std::move(memory)), borrows(true) {}
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() {
        resources.clear(); // they may use the stream
        if (!stream.rehearsal && !borrows) backend::destroy_stream(stream);
    }

    std::shared_ptr<Work> work; // of a rehearsal, with that of the host
    Stream stream;
    Allocator allocator;
    std::mutex mutex;
    std::map<std::type_index, std::shared_ptr<void>> resources;
    bool is_host = false;
    std::shared_ptr<State> host; // made on first use
    bool borrows = false;        // the stream is that of `host`
};

Context::Context(Device device) : state_(std::make_shared<State>(device, State::Kind::real)) {}

Context Context::rehearsal(Device device) { return Context(std::make_shared<State>(device, State::Kind::rehearsal)); }

Context Context::host() const {
    if (state_->is_host) return *this;
    std::lock_guard const lock(state_->mutex);
    if (!state_->host) {
        state_->host = std::make_shared<State>(Device::cpu, rehearses() ? State::Kind::rehearsal : State::Kind::real, state_->work);
        state_->host->is_host = true;
    }
    return Context(state_->host);
}

Context Context::on_disk(std::filesystem::path const& folder) const { return Context(std::make_shared<State>(host().state_, folder)); }

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
