// Many one-dimensional FFTs side by side on the host: the building block of every host transform.
#pragma once

#include "kernels/types.h"

#include <memory>

namespace tessera {

/// In-place complex FFTs of length n along the first index of a panel [n, width].
///
/// Panels small enough for the cache are planned (measured) in milliseconds, where planning a large 3D transform takes
/// seconds and estimating one costs a factor of several at run time. forward() has exp(-i...); neither is normalised.
/// Plans of equal size are measured once per machine (core/fft/fft_wisdom.h). Executing is thread-safe.
class PanelFft {
public:
    PanelFft(index_t n, index_t width);
    ~PanelFft();
    PanelFft(PanelFft&&) noexcept;
    PanelFft& operator=(PanelFft&&) noexcept;

    index_t n() const;
    index_t width() const;
    /// The panel must be aligned to 64 bytes.
    void forward(complex* panel) const;
    void backward(complex* panel) const;

    /// Smallest product of 2, 3, 5 and 7 that is even and not below n (1 stays 1).
    static index_t good_length(index_t n);

private:
    struct Plans;
    std::unique_ptr<Plans> plans_;
};

} // namespace tessera
