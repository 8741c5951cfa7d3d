#include "recon/pictures/html.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace tessera::report {
namespace {

constexpr char const* kStyle = R"(
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 1120px; padding: 1.5rem; background: #fff; color: #1c2430;
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.6rem; font-weight: 600; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; font-weight: 600; margin: 2rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid #d8dee6;
  break-after: avoid; }
p { margin: .5rem 0; max-width: 75ch; }
table { border-collapse: collapse; margin: .75rem 0; font-size: .9rem; font-variant-numeric: tabular-nums; }
.caption { font-weight: 600; font-size: .9rem; margin: .75rem 0 0; }
th, td { padding: .2rem .9rem .2rem 0; text-align: left; border-bottom: 1px solid #e8ecf1; vertical-align: top; white-space: nowrap; }
td:nth-child(2):last-child { white-space: pre-wrap; overflow-wrap: anywhere; }
th { font-weight: 600; border-bottom: 1.5px solid #9aa5b3; }
.n { text-align: right; }
tr, figure, svg { break-inside: avoid; }
.row { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr)); gap: 1rem; }
.scroll { overflow-x: auto; }
svg { width: 100%; height: auto; display: block; }
figure { margin: 1rem 0; }
figcaption { font-weight: 600; margin-bottom: .4rem; }
.montage { display: grid; gap: 4px; align-items: center; }
.montage img { width: 100%; display: block; }
.montage div { font-size: .85rem; }
.montage .column { text-align: center; align-self: end; }
.montage .black { background: #000; align-self: stretch; display: flex; align-items: center; justify-content: center; }
.note { color: #5a6675; font-size: .85rem; }
@media print { body { padding: 0; font-size: 11px; } .row { grid-template-columns: 1fr 1fr; } .montage .black { print-color-adjust: exact;
  -webkit-print-color-adjust: exact; } }
)";

bool is_number(std::string const& text) {
    if (text.empty() || text == "\u2013") return true; // an empty cell and the dash of number() stand in columns of numbers
    char* end = nullptr;
    std::strtod(text.c_str(), &end);
    return *end == 0;
}

} // namespace

std::string escape(std::string const& text) {
    std::string out;
    for (char const c : text) switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    return out;
}

std::string base64(std::span<std::byte const> bytes) {
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::size_t const n = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0);
        for (std::size_t k = 0; k < 4; ++k) out += k <= n ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

std::string image(std::span<std::byte const> png, std::string const& text) {
    return fmt::format("<img src=\"data:image/png;base64,{}\" alt=\"{}\">", base64(png), escape(text));
}

std::string number(double value, int digits) {
    if (!std::isfinite(value)) return "\u2013";
    std::string text = fmt::format("{:.{}g}", value, digits);
    auto const e = text.find('e'); // 1e-05 is 1e-5 to a reader
    if (e != std::string::npos && text[e + 2] == '0') text.erase(e + 2, 1);
    if (e != std::string::npos && text[e + 1] == '+') text.erase(e + 1, 1);
    return text;
}

std::string html(Table const& table) {
    std::size_t const columns = table.header.size();
    std::vector<char> numeric(columns, 1);
    for (auto const& row : table.rows) {
        require(row.size() == columns, "report: a table row of {} cells under a header of {}", row.size(), columns);
        for (std::size_t i = 0; i < columns; ++i) numeric[i] = numeric[i] && is_number(row[i]);
    }
    auto const line = [&](std::vector<std::string> const& cells, char const* tag, std::vector<bool> const& strong = {}) {
        std::string out = "<tr>";
        for (std::size_t i = 0; i < columns; ++i) {
            bool const stands_out = i < strong.size() && strong[i];
            out += fmt::format("<{0}{1}>{3}{2}{4}</{0}>", tag, numeric[i] && !table.rows.empty() ? " class=\"n\"" : "", escape(cells[i]),
                stands_out ? "<b>" : "", stands_out ? "</b>" : "");
        }
        return out + "</tr>\n";
    };
    std::string out; // the caption stays where it is when the table is scrolled
    if (!table.caption.empty()) out += fmt::format("<p class=\"caption\">{}</p>\n", escape(table.caption));
    out += "<div class=\"scroll\"><table>\n";
    bool const titled = std::any_of(table.header.begin(), table.header.end(), [](auto const& h) { return !h.empty(); });
    if (titled) out += "<thead>" + line(table.header, "th") + "</thead>\n";
    out += "<tbody>\n";
    for (std::size_t r = 0; r < table.rows.size(); ++r)
        out += line(table.rows[r], "td", r < table.strong.size() ? table.strong[r] : std::vector<bool>());
    return out + "</tbody></table></div>\n";
}

Page& Page::heading(std::string const& text) { return add(fmt::format("<h2>{}</h2>\n", escape(text))); }
Page& Page::paragraph(std::string const& text) { return add(fmt::format("<p>{}</p>\n", escape(text))); }
Page& Page::add(std::string const& markup) {
    body_ += markup;
    return *this;
}
Page& Page::side_by_side(std::vector<std::string> const& markup) {
    body_ += "<div class=\"row\">\n";
    for (auto const& m : markup) body_ += "<div>" + m + "</div>\n";
    body_ += "</div>\n";
    return *this;
}

std::string Page::str() const {
    return fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<title>{0}</title>\n<style>{1}</style></head>\n<body>\n<h1>{0}</h1>\n{2}</body></html>\n",
        escape(title_), kStyle, body_);
}

} // namespace tessera::report
