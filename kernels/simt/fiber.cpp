#include "kernels/simt/fiber.h"

#include <csetjmp>
#include <cstdint>
#include <ucontext.h>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace tessera::simt {

namespace {

#if defined(__SANITIZE_ADDRESS__)
// Where a side waits. AddressSanitizer knows ucontext only.
struct Place {
    ucontext_t context{};
};
void pass(Place& from, Place& to, bool) { swapcontext(&from.context, &to.context); }
#else
// ucontext makes a stack; once a fiber runs, jumps take its place, which do not ask the kernel for signal masks at every switch.
struct Place {
    ucontext_t context{};
    jmp_buf point;
};
void pass(Place& from, Place& to, bool begun) {
    if (_setjmp(from.point) != 0) return;
    if (begun) _longjmp(to.point, 1);
    setcontext(&to.context);
}
#endif

} // namespace

struct Fiber::State {
    std::vector<std::byte> stack;
    Place inside, outside;
    std::function<void()> body;
    bool idle = true, made = false, begun = false;
    void* fake_stack = nullptr; // AddressSanitizer's, of whichever side is not running
    void const* outer_stack = nullptr;
    std::size_t outer_bytes = 0;
};

namespace {

#if defined(__SANITIZE_ADDRESS__)
void leaving(void** fake, void const* to, std::size_t bytes) { __sanitizer_start_switch_fiber(fake, to, bytes); }
void arrived(void* fake, void const** from, std::size_t* bytes) { __sanitizer_finish_switch_fiber(fake, from, bytes); }
#else
void leaving(void**, void const*, std::size_t) {}
void arrived(void*, void const**, std::size_t*) {}
#endif

void leave(Fiber::State& s) {
    void* fake = nullptr;
    leaving(&fake, s.outer_stack, s.outer_bytes);
    pass(s.inside, s.outside, true);
    arrived(fake, &s.outer_stack, &s.outer_bytes);
}

// The fiber's life: one body after the other, never returning.
void loop(unsigned high, unsigned low) {
    auto& s = *reinterpret_cast<Fiber::State*>((static_cast<std::uintptr_t>(high) << 32) | low);
    arrived(nullptr, &s.outer_stack, &s.outer_bytes);
    for (;;) {
        s.body();
        s.idle = true;
        leave(s);
    }
}

} // namespace

Fiber::Fiber(std::size_t stack_bytes) : state_(std::make_unique<State>()) { state_->stack.resize(stack_bytes); }
Fiber::~Fiber() = default;
Fiber::Fiber(Fiber&&) noexcept = default;
Fiber& Fiber::operator=(Fiber&&) noexcept = default;

void Fiber::start(std::function<void()> body) {
    State& s = *state_;
    s.body = std::move(body);
    s.idle = false;
    if (s.made) return;
    ucontext_t& context = s.inside.context;
    getcontext(&context);
    context.uc_stack.ss_sp = s.stack.data();
    context.uc_stack.ss_size = s.stack.size();
    context.uc_link = nullptr;
    auto const address = reinterpret_cast<std::uintptr_t>(&s);
    makecontext(&context, reinterpret_cast<void (*)()>(loop), 2, static_cast<unsigned>(address >> 32),
        static_cast<unsigned>(address & 0xffffffffu));
    s.made = true;
}

void Fiber::resume() {
    State& s = *state_;
    leaving(&s.fake_stack, s.stack.data(), s.stack.size());
    pass(s.outside, s.inside, std::exchange(s.begun, true));
    arrived(s.fake_stack, nullptr, nullptr);
}

void Fiber::suspend() { leave(*state_); }

bool Fiber::idle() const { return state_->idle; }

} // namespace tessera::simt
