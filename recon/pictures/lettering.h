// Text in pictures: capital letters, digits and a few signs of 5 x 7 pixels.
#pragma once

#include "recon/pictures/png.h"

#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// Pixels of a character with the gap to its neighbours, times `size`.
inline index_t letter_width(index_t size) { return 6 * size; }
inline index_t letter_height(index_t size) { return 9 * size; }

/// Writes white letters on black into a grey picture, the first character's cell at (left, top); small letters become capitals, signs that
/// there are no letters for stay empty, and what lies outside is cut.
void draw_text(Picture& picture, index_t left, index_t top, std::string_view text, index_t size);

/// The text in lines of at most `columns` characters, broken between words.
std::vector<std::string> broken(std::string const& text, index_t columns);

} // namespace tessera
