// A coroutine with a stack of its own, told to AddressSanitizer where that is active.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace tessera::simt {

/// Runs functions on a separate stack. resume() starts or continues; suspend(), called from inside, returns to resume().
class Fiber {
public:
    explicit Fiber(std::size_t stack_bytes);
    ~Fiber();
    Fiber(Fiber&&) noexcept;
    Fiber& operator=(Fiber&&) noexcept;

    /// Gives an idle fiber its next function.
    void start(std::function<void()> body);
    void resume();
    void suspend();
    bool idle() const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

} // namespace tessera::simt
