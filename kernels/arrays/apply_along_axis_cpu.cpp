#include "kernels/arrays/apply_along_axis.h"

#include <algorithm>
#include <vector>

namespace tessera {
namespace {

constexpr index_t kBlock = 1024; // elements of a row whose sum stays in the first-level cache

void add_scaled(complex factor, complex const* from, complex* to, index_t n) {
#pragma omp simd
    for (index_t i = 0; i < n; ++i)
        to[i] = {to[i].re + factor.re * from[i].re - factor.im * from[i].im, to[i].im + factor.re * from[i].im + factor.im * from[i].re};
}

} // namespace

// Block by block: what all rows read comes from memory once, and may be overwritten.
template <> void execute<Device::cpu>(Stream, ApplyAlongAxis const& k) {
    index_t const outer = k.out.shape[0], rows = k.out.shape[1], inner = k.out.shape[2], terms = k.in.shape[1];
    index_t const block = std::min(kBlock, inner), blocks = inner ? (inner + block - 1) / block : 0;
#pragma omp parallel if (k.out.size() > 16384)
    {
        std::vector<complex> in(static_cast<std::size_t>(terms * block));
#pragma omp for schedule(static)
        for (index_t job = 0; job < outer * blocks; ++job) {
            index_t const o = job / blocks, first = job % blocks * block, n = std::min(block, inner - first);
            for (index_t j = 0; j < terms; ++j) std::copy_n(&k.in(o, j, first), n, in.data() + j * block);
            for (index_t r = 0; r < rows; ++r) {
                complex* const to = &k.out(o, r, first);
                std::fill_n(to, n, complex{});
                for (index_t j = 0; j < terms; ++j) add_scaled(k.matrix(r, j), in.data() + j * block, to, n);
            }
        }
    }
}

} // namespace tessera
