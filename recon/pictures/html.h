// Self-contained HTML pages: no script, no external resource, readable on paper.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tessera::report {

/// Text as it may stand in HTML and in SVG, attributes included.
std::string escape(std::string const& text);

std::string base64(std::span<std::byte const> bytes);

/// An image element that holds its PNG file; `text` is read out where images are not shown.
std::string image(std::span<std::byte const> png, std::string const& text);

/// A table: columns are aligned right where all their cells are numbers, else left.
struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows; ///< text, escaped when written
    std::string caption;                        ///< above the table; none where empty
    std::vector<std::vector<bool>> strong{};    ///< [row][column]: cells that stand out; empty: none
};
/// Throws Error for a row with another number of cells than the header.
std::string html(Table const& table);

/// A number with `digits` significant digits; a dash where it is not finite.
std::string number(double value, int digits = 4);

/// A page that grows from top to bottom.
class Page {
public:
    explicit Page(std::string title) : title_(std::move(title)) {}

    Page& heading(std::string const& text);
    Page& paragraph(std::string const& text);
    /// Markup that is complete in itself: a table, a chart.
    Page& add(std::string const& markup);
    /// Several of them side by side, as many as the width allows.
    Page& side_by_side(std::vector<std::string> const& markup);

    std::string str() const;

private:
    std::string title_, body_;
};

} // namespace tessera::report
