// One pass of 1D FFTs over a grid on the host, which skips what is known to be zero or not wanted.
#pragma once

#include "core/fft/panel_fft.h"

#include <functional>
#include <memory>

namespace tessera {

/// 64-byte aligned scratch memory of one thread.
class PanelBuffer {
public:
    explicit PanelBuffer(index_t size);
    complex* data() const { return data_.get(); }

private:
    struct Free {
        void operator()(complex* p) const;
    };
    std::unique_ptr<complex, Free> data_;
};

/// Which of the n rows of an axis carry an image of `support` voxels centred on row 0, wrapped: [0, head) and [tail, n).
struct WrappedSupport {
    index_t n, head, tail;

    WrappedSupport(index_t n_, index_t support) : n(n_), head(support - support / 2), tail(n_ - support / 2) {}
    static WrappedSupport all(index_t n) { return {n, n}; }
    /// Row of image voxel i, and number of voxels.
    index_t row(index_t i) const { return i < n - tail ? tail + i : i - (n - tail); }
    index_t size() const { return head + n - tail; }
};

/// FFTs along an axis whose rows are `stride` apart, for `columns` contiguous columns, repeated for `outer` offsets.
/// Rows outside `in` count as zero and are not read; rows outside `out` are not written.
struct PanelPass {
    PanelFft const* fft;
    index_t stride, columns;
    WrappedSupport in, out;
    bool forward;

    /// offset(o) is where repetition o begins in data.
    void run(complex* data, index_t outer, std::function<index_t(index_t)> const& offset) const;
};

} // namespace tessera
