// Progress of reconstructions that follow one another.
#pragma once

#include "core/terminal/progress.h"
#include "recon/methods/methods.h"

#include <optional>

namespace tessera {

/// A bar for each reconstruction: the next one begins where the steps done start again.
class MethodBars {
public:
    /// For the reconstructions that follow; the last bar ends here.
    MethodProgress listen(std::string const& title) {
        bar_.reset();
        return {.update = [this, title](index_t done, index_t total, std::string const& note) {
            if (!bar_ || done <= last_) bar_.emplace(title, total);
            last_ = done;
            bar_->update(done, note);
        }};
    }

private:
    std::optional<Progress> bar_;
    index_t last_ = 0;
};

} // namespace tessera
