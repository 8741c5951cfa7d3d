// Rows of volumes as the lanes of a panel, and back.
#pragma once

#include "kernels/types.h"

namespace tessera {

/// panel[x][i] = element x of row i: `rows` <= kAbreast rows of n elements, `stride` apart; lanes without a row are 0.
void gather_rows(complex const* volume, index_t stride, index_t n, index_t rows, complex* panel);
/// The reverse, added to what the volume has or in its place.
void scatter_rows(complex const* panel, index_t stride, index_t n, index_t rows, bool add, complex* volume);

/// Panel [x][row] of n elements to planes [x / kAbreast][row][x % kAbreast], the first indices `stride` apart; zero beyond n.
void to_planes(complex const* panel, index_t n, index_t rows, index_t stride, complex* first);
void from_planes(complex const* first, index_t stride, index_t n, index_t rows, complex* panel);

} // namespace tessera
