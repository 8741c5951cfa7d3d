// Ctrl-C as a question that a loop asks.
#pragma once

#include <csignal>

namespace tessera {

/// While it lives, the first SIGINT or SIGTERM only makes requested() true; a second one ends the program at once.
class Interrupt {
public:
    Interrupt() {
        flag() = 0;
        for (int const signal : {SIGINT, SIGTERM}) {
            struct sigaction action {};
            action.sa_handler = [](int) { flag() = 1; };
            action.sa_flags = static_cast<int>(SA_RESETHAND);
            ::sigaction(signal, &action, nullptr);
        }
    }
    ~Interrupt() {
        for (int const signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
    }
    Interrupt(Interrupt const&) = delete;
    Interrupt& operator=(Interrupt const&) = delete;

    bool requested() const { return flag() != 0; }

private:
    static volatile std::sig_atomic_t& flag() { // all that a handler can reach
        static volatile std::sig_atomic_t value = 0;
        return value;
    }
};

} // namespace tessera
