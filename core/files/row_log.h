// A table that grows row by row on the disk, as CSV and as JSON lines.
#pragma once

#include "kernels/types.h"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tessera {

/// <stem>.csv and <stem>.jsonl with the same rows; the first column is a whole number, the step.
///
/// A number that is not finite is an empty cell in CSV and null in JSON, and read back as NaN; finite ones are written with all
/// their digits. Every row is flushed to the system as it is added, so that a run that is killed loses none.
class RowLog {
public:
    using Cell = std::variant<double, std::string>;
    using Row = std::vector<Cell>; ///< one cell a column

    /// Starts with no rows; files of that name are replaced.
    /// Throws Error where they cannot be written.
    RowLog(std::filesystem::path const& stem, std::vector<std::string> columns);
    /// Goes on behind the rows up to and including `last_step`, which are read from the JSON lines; later ones, and a last line
    /// that was cut off or is damaged, are removed from both files, which are replaced as a whole by renaming. Missing files have no rows.
    /// Throws Error for a damaged line before the last and for rows with other columns.
    RowLog(std::filesystem::path const& stem, std::vector<std::string> columns, index_t last_step);

    /// Throws Error for a wrong number of cells, a step below that of the row before, and where the disk is full.
    void append(Row row);
    std::vector<Row> const& rows() const { return rows_; }

private:
    /// A file that grows by whole pieces: what cannot be written as a whole is taken back.
    class Appended {
    public:
        explicit Appended(std::filesystem::path path);
        ~Appended();
        Appended(Appended const&) = delete;
        Appended& operator=(Appended const&) = delete;
        void write(std::string const& piece);

    private:
        std::filesystem::path path_;
        int descriptor_;
    };

    void start();
    std::string csv_line(Row const& row) const;
    std::string json_line(Row const& row) const;

    std::filesystem::path csv_path_, jsonl_path_;
    std::vector<std::string> columns_;
    std::vector<Row> rows_;
    std::optional<Appended> csv_, jsonl_;
};

} // namespace tessera
