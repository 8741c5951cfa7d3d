// Ctrl-C and SIGTERM: asked for in long computations, so that everything is cleaned up on the way out.
#pragma once

#include "core/error.h"

namespace tessera {

/// What interruption_point() throws.
class Interrupted : public Error {
public:
    explicit Interrupted(int signal);
    int exit_status() const { return 128 + signal_; }

private:
    int signal_;
};

/// While it lives, the first SIGINT or SIGTERM only raises a flag; a second one ends the program at once.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(Interrupt const&) = delete;
    Interrupt& operator=(Interrupt const&) = delete;
};

/// While it lives, interruption_point() does nothing: the loop that made it asks for itself, between steps that must be whole.
class WholeSteps {
public:
    WholeSteps();
    ~WholeSteps();
    WholeSteps(WholeSteps const&) = delete;
    WholeSteps& operator=(WholeSteps const&) = delete;
};

/// The signal that came, or 0.
int interruption();

/// Throws Interrupted where a signal came. For loops of long computations, never within parallel regions.
void interruption_point();

} // namespace tessera
