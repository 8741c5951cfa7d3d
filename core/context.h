// What every computation needs and is given explicitly: a device, its stream and its allocator.
#pragma once

#include "core/allocator.h"

#include <memory>

namespace tessera {

/// A device with its stream and allocator. A cheap handle: copies share the same stream and byte counts,
/// and a Tensor keeps the context that it was made in alive.
class Context {
public:
    explicit Context(Device device = Device::cpu);

    Device device() const;
    Stream stream() const;
    Allocator& allocator() const;
    /// Waits until all work given to the stream has ended; reports errors of earlier asynchronous work.
    void synchronize() const;

    friend bool operator==(Context const& a, Context const& b) { return a.state_ == b.state_; }

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace tessera
