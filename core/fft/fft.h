// Full 3D FFTs on a coils-innermost grid, on every device.
#pragma once

#include "core/arrays/shape.h"
#include "core/device/context.h"

#include <memory>

namespace tessera {

/// In-place, unnormalised 3D FFT of a grid [z, y, x, coil]; forward has exp(-i...). FFTW on the host, cuFFT on cuda.
/// One thread at a time on cuda, where the plan has one workspace; thread-safe elsewhere.
class Fft {
public:
    Fft(Context const& context, Matrix grid, index_t coils);
    ~Fft();
    Fft(Fft&&) noexcept;
    Fft& operator=(Fft&&) noexcept;

    void forward(complex* grid) const;
    void backward(complex* grid) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tessera
