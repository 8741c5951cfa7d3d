#include "core/files/row_log.h"

#include "core/config/json_watch.h"
#include "core/error.h"
#include "core/files/atomic_file.h"
#include "core/terminal/log.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <unistd.h>

namespace tessera {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

std::string csv_text(std::string const& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out(1, '"');
    for (char const c : text) {
        if (c == '"') out += c; // doubled
        out += c;
    }
    out += '"';
    return out;
}

std::string json_text(std::string const& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); // names of files may be no UTF-8
}

double step_of(RowLog::Row const& row) { return std::get<double>(row.front()); }

RowLog::Row parse(Json const& object, std::vector<std::string> const& columns, fs::path const& path, std::size_t line) {
    require(object.is_object(), "{}: line {} is no object", path.string(), line);
    RowLog::Row row;
    for (auto const& [key, value] : object.items()) {
        std::string const expected = row.size() < columns.size() ? columns[row.size()] : "none";
        require(row.size() < columns.size() && key == expected, "{}: line {} has a column {} where this run has {}", path.string(), line,
            key, expected);
        if (value.is_string()) {
            row.emplace_back(value.get<std::string>());
        } else {
            require(value.is_number() || value.is_null(), "{}: line {}: {} is neither a number nor a text", path.string(), line, key);
            row.emplace_back(value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>());
        }
    }
    require(row.size() == columns.size(), "{}: line {} has {} columns, this run has {}", path.string(), line, row.size(), columns.size());
    require(std::holds_alternative<double>(row.front()) && std::isfinite(step_of(row)), "{}: line {} has no step", path.string(), line);
    return row;
}

std::vector<RowLog::Row> read(fs::path const& path, std::vector<std::string> const& columns, index_t last_step) {
    std::vector<RowLog::Row> rows;
    std::ifstream file(path);
    require(file.good() || !fs::exists(path), "{}: cannot read", path.string());
    std::string text;
    for (std::size_t line = 1; std::getline(file, text); ++line) {
        bool const complete = !file.eof(); // the last line ends with a newline unless writing it was interrupted
        if (!complete) break;
        Json const object = parse_or_discard<Json>(text);
        if (object.is_discarded() && file.peek() == std::ifstream::traits_type::eof()) break;
        require(!object.is_discarded(), "{}: line {} is not JSON", path.string(), line);
        RowLog::Row row = parse(object, columns, path, line);
        if (step_of(row) <= static_cast<double>(last_step)) rows.push_back(std::move(row));
    }
    return rows;
}

fs::path with_ending(fs::path stem, char const* ending) { return stem += ending; }

} // namespace

RowLog::RowLog(fs::path const& stem, std::vector<std::string> columns)
    : csv_path_(with_ending(stem, ".csv")), jsonl_path_(with_ending(stem, ".jsonl")), columns_(std::move(columns)) {
    start();
}

RowLog::RowLog(fs::path const& stem, std::vector<std::string> columns, index_t last_step)
    : csv_path_(with_ending(stem, ".csv")), jsonl_path_(with_ending(stem, ".jsonl")), columns_(std::move(columns)),
      rows_(read(jsonl_path_, columns_, last_step)) {
    start();
}

// Writes all rows there are and opens the files behind them.
void RowLog::start() {
    std::string csv, jsonl;
    for (std::string const& column : columns_) {
        if (!csv.empty()) csv += ',';
        csv += csv_text(column);
    }
    csv += '\n';
    for (Row const& row : rows_) csv += csv_line(row), jsonl += json_line(row);
    write_text_file(csv_path_, csv);
    write_text_file(jsonl_path_, jsonl);
    csv_.emplace(csv_path_);
    jsonl_.emplace(jsonl_path_);
}

RowLog::Appended::Appended(fs::path path) : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)) {
    require(descriptor_ >= 0, "{}: cannot write: {}", path_.string(), std::strerror(errno));
}

RowLog::Appended::~Appended() { ::close(descriptor_); }

void RowLog::Appended::write(std::string const& piece) {
    auto const before = ::lseek(descriptor_, 0, SEEK_END);
    ssize_t const n = ::write(descriptor_, piece.data(), piece.size());
    if (n == static_cast<ssize_t>(piece.size())) return;
    std::string const reason = n < 0 ? std::strerror(errno) : "no room for a whole row";
    if (n > 0 && ::ftruncate(descriptor_, before) != 0) log_debug("{}: a part of a row is left", path_.string()); // which resuming drops
    fail("{}: cannot write: {}", path_.string(), reason);
}

std::string RowLog::csv_line(Row const& row) const {
    std::string line;
    for (Cell const& cell : row) {
        if (&cell != row.data()) line += ',';
        if (auto const* text = std::get_if<std::string>(&cell))
            line += csv_text(*text);
        else if (std::isfinite(std::get<double>(cell)))
            line += fmt::format("{}", std::get<double>(cell));
    }
    return line + '\n';
}

std::string RowLog::json_line(Row const& row) const {
    std::string line = "{";
    for (std::size_t i = 0; i < row.size(); ++i) {
        line += fmt::format("{}{}: ", i ? ", " : "", json_text(columns_[i]));
        if (auto const* text = std::get_if<std::string>(&row[i]))
            line += json_text(*text);
        else
            line += std::isfinite(std::get<double>(row[i])) ? fmt::format("{}", std::get<double>(row[i])) : "null";
    }
    return line + "}\n";
}

void RowLog::append(Row row) {
    require(row.size() == columns_.size(), "{}: a row of {} cells for {} columns", csv_path_.string(), row.size(), columns_.size());
    require(rows_.empty() || step_of(row) >= step_of(rows_.back()), "{}: step {} after step {}", csv_path_.string(), step_of(row),
        rows_.empty() ? 0 : step_of(rows_.back()));
    jsonl_->write(json_line(row)); // first: it is what a resumed run reads
    csv_->write(csv_line(row));
    rows_.push_back(std::move(row));
}

} // namespace tessera
