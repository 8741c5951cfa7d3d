#include "core/fft/lane_rows.h"

#include "core/fft/lanes.h"

namespace tessera {

using namespace lanes;

void gather_rows(complex const* volume, index_t stride, index_t n, index_t rows, complex* panel) {
    index_t x = 0;
    if (rows == kAbreast)
        for (; x + kAbreast <= n; x += kAbreast) {
            Lanes block[kAbreast];
            for (index_t i = 0; i < kAbreast; ++i) block[i] = load_unaligned(volume + i * stride + x);
            transpose(block);
            for (index_t i = 0; i < kAbreast; ++i) store(panel + (x + i) * kAbreast, block[i]);
        }
    for (; x < n; ++x)
        for (index_t i = 0; i < kAbreast; ++i) panel[x * kAbreast + i] = i < rows ? volume[i * stride + x] : complex{};
}

void scatter_rows(complex const* panel, index_t stride, index_t n, index_t rows, bool add, complex* volume) {
    index_t x = 0;
    if (rows == kAbreast)
        for (; x + kAbreast <= n; x += kAbreast) {
            Lanes block[kAbreast];
            for (index_t i = 0; i < kAbreast; ++i) block[i] = load(panel + (x + i) * kAbreast);
            transpose(block);
            for (index_t i = 0; i < kAbreast; ++i) {
                complex* const to = volume + i * stride + x;
                store_unaligned(to, add ? load_unaligned(to) + block[i] : block[i]);
            }
        }
    for (; x < n; ++x)
        for (index_t i = 0; i < rows; ++i) {
            complex const v = panel[x * kAbreast + i];
            volume[i * stride + x] = add ? volume[i * stride + x] + v : v;
        }
}

void to_planes(complex const* panel, index_t n, index_t rows, index_t stride, complex* first) {
    for (index_t x = 0; x < n; x += kAbreast) {
        Lanes block[kAbreast];
        for (index_t i = 0; i < kAbreast; ++i) block[i] = x + i < n ? load(panel + (x + i) * kAbreast) : Lanes{};
        transpose(block);
        for (index_t i = 0; i < rows; ++i) store(first + x / kAbreast * stride + i * kAbreast, block[i]);
    }
}

void from_planes(complex const* first, index_t stride, index_t n, index_t rows, complex* panel) {
    for (index_t x = 0; x < n; x += kAbreast) {
        Lanes block[kAbreast];
        for (index_t i = 0; i < kAbreast; ++i) block[i] = i < rows ? load(first + x / kAbreast * stride + i * kAbreast) : Lanes{};
        transpose(block);
        for (index_t i = 0; i < kAbreast && x + i < n; ++i) store(panel + (x + i) * kAbreast, block[i]);
    }
}

} // namespace tessera
