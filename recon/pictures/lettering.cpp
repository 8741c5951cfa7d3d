#include "recon/pictures/lettering.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace tessera {
namespace {

struct Letter {
    char sign;
    std::array<std::uint8_t, 7> rows; ///< from the top; bit 4 is the leftmost pixel
};

constexpr Letter kLetters[] = {
    {'A', {14, 17, 17, 31, 17, 17, 17}},
    {'B', {30, 17, 17, 30, 17, 17, 30}},
    {'C', {14, 17, 16, 16, 16, 17, 14}},
    {'D', {30, 17, 17, 17, 17, 17, 30}},
    {'E', {31, 16, 16, 30, 16, 16, 31}},
    {'F', {31, 16, 16, 30, 16, 16, 16}},
    {'G', {14, 17, 16, 23, 17, 17, 15}},
    {'H', {17, 17, 17, 31, 17, 17, 17}},
    {'I', {14, 4, 4, 4, 4, 4, 14}},
    {'J', {7, 2, 2, 2, 2, 18, 12}},
    {'K', {17, 18, 20, 24, 20, 18, 17}},
    {'L', {16, 16, 16, 16, 16, 16, 31}},
    {'M', {17, 27, 21, 21, 17, 17, 17}},
    {'N', {17, 25, 21, 19, 17, 17, 17}},
    {'O', {14, 17, 17, 17, 17, 17, 14}},
    {'P', {30, 17, 17, 30, 16, 16, 16}},
    {'Q', {14, 17, 17, 17, 21, 18, 13}},
    {'R', {30, 17, 17, 30, 20, 18, 17}},
    {'S', {15, 16, 16, 14, 1, 1, 30}},
    {'T', {31, 4, 4, 4, 4, 4, 4}},
    {'U', {17, 17, 17, 17, 17, 17, 14}},
    {'V', {17, 17, 17, 17, 17, 10, 4}},
    {'W', {17, 17, 17, 21, 21, 21, 10}},
    {'X', {17, 17, 10, 4, 10, 17, 17}},
    {'Y', {17, 17, 10, 4, 4, 4, 4}},
    {'Z', {31, 1, 2, 4, 8, 16, 31}},
    {'0', {14, 17, 19, 21, 25, 17, 14}},
    {'1', {4, 12, 4, 4, 4, 4, 14}},
    {'2', {14, 17, 1, 2, 4, 8, 31}},
    {'3', {31, 2, 4, 2, 1, 17, 14}},
    {'4', {2, 6, 10, 18, 31, 2, 2}},
    {'5', {31, 16, 30, 1, 1, 17, 14}},
    {'6', {6, 8, 16, 30, 17, 17, 14}},
    {'7', {31, 1, 2, 4, 8, 8, 8}},
    {'8', {14, 17, 17, 14, 17, 17, 14}},
    {'9', {14, 17, 17, 15, 1, 2, 12}},
    {'.', {0, 0, 0, 0, 0, 12, 12}},
    {',', {0, 0, 0, 0, 12, 4, 8}},
    {':', {0, 12, 12, 0, 12, 12, 0}},
    {'-', {0, 0, 0, 31, 0, 0, 0}},
    {'+', {0, 4, 4, 31, 4, 4, 0}},
    {'(', {2, 4, 8, 8, 8, 4, 2}},
    {')', {8, 4, 2, 2, 2, 4, 8}},
    {'/', {0, 1, 2, 4, 8, 16, 0}},
};

} // namespace

void draw_text(Picture& picture, index_t left, index_t top, std::string_view text, index_t size) {
    for (char const c : text) {
        char const capital = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        auto const* const letter =
            std::find_if(std::begin(kLetters), std::end(kLetters), [&](Letter const& l) { return l.sign == capital; });
        for (index_t i = 0; i < letter_height(size); ++i)
            for (index_t j = 0; j < letter_width(size); ++j) {
                index_t const x = left + j, y = top + i, row = i / size - 1, column = j / size; // one empty row above and below
                if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) continue;
                bool const inside = letter != std::end(kLetters) && row >= 0 && row < 7 && column < 5;
                bool const white = inside && (letter->rows[static_cast<std::size_t>(row)] >> (4 - column) & 1) != 0;
                picture.pixels[static_cast<std::size_t>(y * picture.width + x)] = white ? 255 : 0;
            }
        left += letter_width(size);
    }
}

std::vector<std::string> broken(std::string const& text, index_t columns) {
    std::vector<std::string> lines;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (lines.empty() || static_cast<index_t>(lines.back().size() + 1 + word.size()) > columns)
            lines.push_back(word);
        else
            lines.back() += " " + word;
    }
    return lines;
}

} // namespace tessera
