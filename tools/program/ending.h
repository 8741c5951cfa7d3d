// How a program ends, whatever happens.
#pragma once

#include "core/terminal/interrupt.h"
#include "core/terminal/log.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <new>
#include <system_error>
#include <unistd.h>

namespace tessera {

/// A reader that goes away (| head) ends no program: results in files matter more than what is printed.
inline void ignore_closed_pipes() { std::signal(SIGPIPE, SIG_IGN); }

/// The last line of defence, for exceptions that leave a parallel region or a destructor: one sentence and status 1.
inline void end_in_one_sentence() {
    std::set_terminate([] {
        try {
            if (auto const current = std::current_exception()) std::rethrow_exception(current);
        } catch (std::bad_alloc const&) {
            log_error("out of memory");
        } catch (std::exception const& e) {
            log_error("{}", e.what());
        } catch (...) {}
        ::_exit(1);
    });
}

/// The exit status after everything printed is out: 1 where standard output cannot be written, though not where nobody reads it.
inline int flushed(int status) {
    std::cout.flush();
    bool const failed = std::fflush(stdout) != 0 || !std::cout;
    if (!failed || ::write(STDOUT_FILENO, "\n", 1) == 1 || errno == EPIPE)
        return status; // the reason of now: that of then may be overwritten
    log_error("standard output: cannot write: {}", std::strerror(errno));
    return 1;
}

/// Runs f() and turns what it throws into a sentence and an exit status.
template <class F> int run_to_the_end(F const& f) {
    ignore_closed_pipes();
    end_in_one_sentence();
    Interrupt const interrupt;
    try {
        return flushed(f());
    } catch (Interrupted const& e) {
        log_error("{}", e.what());
        return e.exit_status();
    } catch (std::bad_alloc const&) {
        log_error("out of memory: the computer has not as much as this needs");
    } catch (std::system_error const& e) {
        if (e.code() == std::errc::broken_pipe) return 0;
        log_error("{}", e.what());
    } catch (std::exception const& e) {
        log_error("{}", e.what());
    }
    return 1;
}

} // namespace tessera
