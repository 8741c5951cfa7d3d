// What every computation needs and is given explicitly: a device, its stream and its allocator.
#pragma once

#include "core/device/allocator.h"

#include <functional>
#include <memory>
#include <typeindex>

namespace tessera {

/// A device with its stream and allocator. A cheap handle: copies share the same stream and byte counts,
/// and a Tensor keeps the context that it was made in alive.
///
/// What is made in a context is for one thread at a time unless it says otherwise: it works through one stream, in order.
class Context {
public:
    explicit Context(Device device = Device::cpu);
    /// One in which programs run without computing: memory is counted and not used, kernels and copies do nothing, and what is
    /// read back are ones. So a program's peak is known before it runs, to the byte.
    static Context rehearsal(Device device);

    Device device() const;
    Stream stream() const;
    Allocator& allocator() const;
    /// Host memory that belongs to this context's work, with counts of its own; a host context is its own.
    Context host() const;
    /// Host memory of this work that lies in unnamed files of a folder, with counts of its own; its host() is that of this context.
    Context on_disk(std::filesystem::path const& folder) const;
    bool rehearses() const { return stream().rehearsal != nullptr; }
    /// Waits until all work given to the stream has ended; reports errors of earlier asynchronous work.
    void synchronize() const;

    /// The context's own T, made from the stream on first use and destroyed with the context: library handles and plans.
    /// T must not hold tensors of the context, or neither is ever freed.
    template <class T> T& resource() const {
        return *static_cast<T*>(resource(typeid(T), [](Stream stream) -> std::shared_ptr<void> { return std::make_shared<T>(stream); }));
    }

    friend bool operator==(Context const& a, Context const& b) { return a.state_ == b.state_; }

private:
    void* resource(std::type_index type, std::function<std::shared_ptr<void>(Stream)> const& make) const;

    struct State;
    explicit Context(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

} // namespace tessera
