#pragma once
#include <optional>
#include <string>
#include <vector>

namespace memtrain {

/// A text without the blanks around it, which are spaces, tabs and carriage returns.
[[nodiscard]] std::string trimmed(const std::string& text);

/// The fields between the commas of a line, without blanks around them; one for an empty line.
[[nodiscard]] std::vector<std::string> csv_fields(const std::string& line);

/// The number that a field is, finite and with nothing around it; none if it is not.
[[nodiscard]] std::optional<double> csv_number(const std::string& field);

/// A CSV file with a header: comma-separated, without quotes. Blank lines and lines that begin with
/// # are left out.
class CsvFile {
 public:
  /// Errors: Failure::data for a file that cannot be read, has no header, or a line with another
  /// number of fields.
  explicit CsvFile(const std::string& name);

  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  /// The names of the columns.
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] bool has(const std::string& column) const;
  /// A field as text; as csv_number(). Errors: Failure::data naming file, line and column.
  [[nodiscard]] const std::string& text(std::size_t row, const std::string& column) const;
  [[nodiscard]] double number(std::size_t row, const std::string& column) const;
  /// The same by the column's number, which must exist.
  [[nodiscard]] const std::string& text(std::size_t row, std::size_t column) const;
  [[nodiscard]] double number(std::size_t row, std::size_t column) const;
  /// Refuses the file unless it has these columns. Errors: Failure::data.
  void require(const std::vector<std::string>& columns) const;
  /// Errors: Failure::data, always; with the file's name and the line of `row`.
  [[noreturn]] void fail(std::size_t row, const std::string& problem) const;
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  [[nodiscard]] std::size_t index_of(const std::string& column) const;

  struct Row {
    std::size_t line;
    std::vector<std::string> fields;
  };
  std::string name_;
  std::vector<std::string> header_;
  std::vector<Row> rows_;
};

}  // namespace memtrain
