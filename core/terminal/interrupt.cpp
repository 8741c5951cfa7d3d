#include "core/terminal/interrupt.h"

#include <csignal>

namespace tessera {
namespace {

struct State { // all that a handler can reach
    volatile std::sig_atomic_t signal = 0;
    bool whole_steps = false;
};

State& state() {
    static State value;
    return value;
}

} // namespace

Interrupted::Interrupted(int signal)
    : Error(fmt::format("interrupted by {}: what was not finished is not written", signal == SIGINT ? "Ctrl-C" : "SIGTERM")),
      signal_(signal) {}

Interrupt::Interrupt() {
    state().signal = 0;
    for (int const signal : {SIGINT, SIGTERM}) {
        struct sigaction action {};
        action.sa_handler = [](int received) { state().signal = received; };
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        ::sigaction(signal, &action, nullptr);
    }
}

Interrupt::~Interrupt() {
    for (int const signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
}

WholeSteps::WholeSteps() { state().whole_steps = true; }
WholeSteps::~WholeSteps() { state().whole_steps = false; }

int interruption() { return state().signal; }

void interruption_point() {
    if (state().signal != 0 && !state().whole_steps) throw Interrupted(state().signal);
}

} // namespace tessera
