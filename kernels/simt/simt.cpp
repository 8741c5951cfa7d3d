#include "kernels/simt/simt.h"

#include "kernels/simt/fiber.h"

#include <algorithm>
#include <array>
#include <exception>
#include <numeric>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace tessera::simt {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;

enum class State { ready, at_barrier, at_exchange, finished };

struct Thread {
    State state = State::ready;
    int fiber = -1;
    unsigned mask = 0;
    std::array<std::byte, 8> given{}, received{};
};

// One block after the other on this host thread; the fibers are kept between blocks.
class Processor {
public:
    void run(Launch const& launch, std::function<void()> const& body) {
        if (running_) throw std::logic_error("simt: a kernel was launched from inside a kernel");
        running_ = true;
        std::vector<std::byte> shared(launch.shared_bytes + 16);
        registers_.block_dim = {static_cast<unsigned>(launch.threads), 1, 1};
        registers_.grid_dim = {static_cast<unsigned>(launch.blocks), 1, 1};
        std::vector<index_t> blocks(static_cast<std::size_t>(launch.blocks));
        std::iota(blocks.begin(), blocks.end(), 0);
        std::shuffle(blocks.begin(), blocks.end(), order_);
        for (index_t const block : blocks) {
            std::fill(shared.begin(), shared.end(), std::byte{0xff}); // NaN in float and in double
            auto const address = reinterpret_cast<std::uintptr_t>(shared.data());
            registers_.shared = shared.data() + (16 - address % 16) % 16;
            registers_.block = {static_cast<unsigned>(block), 0, 0};
            run_block(launch.threads, body);
            if (error_) break;
        }
        running_ = false;
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

    void wait(State state) {
        int const t = current_;
        threads_[t].state = state;
        fibers_[threads_[t].fiber].suspend();
    }

    Thread& current() { return threads_[current_]; }
    Thread& lane(int source) { return threads_[current_ / 32 * 32 + source]; }
    Registers const& registers() const { return registers_; }
    void seed(std::uint64_t value) { order_.seed(value); }

private:
    void run_block(int count, std::function<void()> const& body) {
        threads_.assign(static_cast<std::size_t>(count), Thread{});
        std::vector<int> order(static_cast<std::size_t>(count));
        std::iota(order.begin(), order.end(), 0);
        for (;;) {
            std::shuffle(order.begin(), order.end(), order_);
            for (int const t : order)
                if (threads_[t].state == State::ready) step(t, body);
            if (error_) return abandon();
            if (release_warps(count)) continue;
            auto const n_finished =
                std::count_if(threads_.begin(), threads_.end(), [](Thread const& t) { return t.state == State::finished; });
            if (n_finished == count) return;
            bool const all_at_barrier =
                std::all_of(threads_.begin(), threads_.end(), [](Thread const& t) { return t.state == State::at_barrier; });
            if (!all_at_barrier) {
                error_ = std::make_exception_ptr(std::logic_error("simt: threads of a block diverged at a barrier or a shuffle"));
                return abandon();
            }
            for (Thread& t : threads_) t.state = State::ready;
        }
    }

    void step(int t, std::function<void()> const& body) {
        current_ = t;
        registers_.thread = {static_cast<unsigned>(t), 0, 0};
        Thread& thread = threads_[t];
        if (thread.fiber < 0) {
            thread.fiber = idle_fiber();
            fibers_[thread.fiber].start([this, &body] {
                try {
                    body();
                } catch (...) {
                    error_ = std::current_exception();
                }
            });
        }
        fibers_[thread.fiber].resume();
        if (fibers_[thread.fiber].idle()) thread.state = State::finished;
    }

    // A fiber whose thread has finished serves the next thread, so kernels without barriers need only one.
    int idle_fiber() {
        for (std::size_t f = 0; f < fibers_.size(); ++f)
            if (fibers_[f].idle()) return static_cast<int>(f);
        fibers_.emplace_back(kStackBytes);
        return static_cast<int>(fibers_.size() - 1);
    }

    // A warp goes on when every lane of the mask that its waiting lanes named has arrived.
    bool release_warps(int count) {
        bool released = false;
        for (int first = 0; first < count; first += 32) {
            int const last = std::min(first + 32, count);
            unsigned mask = 0, arrived = 0;
            for (int t = first; t < last; ++t)
                if (threads_[t].state == State::at_exchange) {
                    mask |= threads_[t].mask;
                    arrived |= 1u << (t - first);
                }
            unsigned const present = last - first == 32 ? 0xffffffffu : (1u << (last - first)) - 1;
            if (!arrived || (mask & present) != arrived) continue;
            for (int t = first; t < last; ++t)
                if (threads_[t].state == State::at_exchange) {
                    threads_[t].received = threads_[t].given;
                    threads_[t].state = State::ready;
                }
            released = true;
        }
        return released;
    }

    // After an error the fibers in flight cannot be unwound; their stacks are dropped.
    void abandon() {
        fibers_.clear();
        threads_.clear();
    }

    std::vector<Fiber> fibers_;
    std::vector<Thread> threads_;
    Registers registers_;
    std::mt19937_64 order_{0};
    std::exception_ptr error_;
    int current_ = 0;
    bool running_ = false;
};

// The simulated processor plays the role of hardware: one per host thread.
Processor& processor() {
    static thread_local Processor instance;
    return instance;
}

} // namespace

void run(Launch const& launch, std::function<void()> const& thread) { processor().run(launch, thread); }
void set_schedule_seed(std::uint64_t seed) { processor().seed(seed); }
Registers const& registers() { return processor().registers(); }
void sync_threads() { processor().wait(State::at_barrier); }

void const* exchange(void const* value, std::size_t bytes, unsigned mask, int source) {
    Thread& thread = processor().current();
    std::memcpy(thread.given.data(), value, bytes);
    thread.mask = mask;
    processor().wait(State::at_exchange);
    return processor().lane(source).received.data();
}

} // namespace tessera::simt
