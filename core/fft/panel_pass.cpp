#include "core/fft/panel_pass.h"

#include "core/error.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace tessera {
namespace {

void copy_rows(complex const* from, index_t from_stride, complex* to, index_t to_stride, index_t begin, index_t end, index_t width) {
    for (index_t r = begin; r < end; ++r) std::copy_n(from + r * from_stride, width, to + r * to_stride);
}

} // namespace

void PanelBuffer::Free::operator()(complex* p) const { std::free(p); }

PanelBuffer::PanelBuffer(index_t size) {
    auto const bytes = (static_cast<std::size_t>(size) * sizeof(complex) + 63) / 64 * 64;
    data_.reset(static_cast<complex*>(std::aligned_alloc(64, bytes)));
    if (!data_) throw std::bad_alloc();
}

void PanelPass::run(complex* data, index_t outer, std::function<index_t(index_t)> const& offset) const {
    index_t const width = fft->width(), n = fft->n();
    index_t const panels = (columns + width - 1) / width;
#pragma omp parallel
    {
        PanelBuffer const buffer(n * width);
        complex* const panel = buffer.data();
#pragma omp for schedule(dynamic, 4)
        for (index_t job = 0; job < outer * panels; ++job) {
            index_t const column = job % panels * width;
            index_t const used = std::min(width, columns - column);
            complex* const first = data + offset(job / panels) + column;
            if (used < width) std::fill_n(panel, n * width, complex{});
            copy_rows(first, stride, panel, width, 0, in.head, used);
            std::fill(panel + in.head * width, panel + in.tail * width, complex{});
            copy_rows(first, stride, panel, width, in.tail, n, used);
            forward ? fft->forward(panel) : fft->backward(panel);
            copy_rows(panel, width, first, stride, 0, out.head, used);
            copy_rows(panel, width, first, stride, out.tail, n, used);
        }
    }
}

} // namespace tessera
