#include "sim/base/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/file_bytes.h"

namespace memtrain {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t from = 0;
  for (;;) {
    const auto comma = line.find(',', from);
    fields.push_back(trimmed(line.substr(from, comma - from)));
    if (comma == std::string::npos) return fields;
    from = comma + 1;
  }
}

std::optional<double> csv_number(const std::string& field) {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  const bool whole = error == std::errc() && end == field.data() + field.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

CsvFile::CsvFile(const std::string& name) : name_(name) {
  std::error_code problem;
  std::istringstream file(file_text(name, problem));
  if (problem) fail("cannot be read (" + problem.message() + ")");
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (const std::string text = trimmed(line); text.empty() || text[0] == '#') continue;
    std::vector<std::string> fields = csv_fields(line);
    if (header_.empty()) {
      header_ = std::move(fields);
      continue;
    }
    const std::size_t found = fields.size();
    rows_.push_back({number, std::move(fields)});
    if (found != header_.size()) {
      fail(rows_.size() - 1, "has " + std::to_string(found) + " fields, but the header has " +
                                 std::to_string(header_.size()));
    }
  }
  if (header_.empty()) fail("is empty (the first line must name the columns)");
}

bool CsvFile::has(const std::string& column) const {
  return std::find(header_.begin(), header_.end(), column) != header_.end();
}

std::size_t CsvFile::index_of(const std::string& column) const {
  const auto at = std::find(header_.begin(), header_.end(), column);
  if (at == header_.end()) fail("has no column '" + column + "'");
  return static_cast<std::size_t>(at - header_.begin());
}

const std::string& CsvFile::text(std::size_t row, const std::string& column) const {
  return text(row, index_of(column));
}

double CsvFile::number(std::size_t row, const std::string& column) const {
  return number(row, index_of(column));
}

const std::string& CsvFile::text(std::size_t row, std::size_t column) const {
  return rows_[row].fields[column];
}

double CsvFile::number(std::size_t row, std::size_t column) const {
  const std::string& field = text(row, column);
  const std::optional<double> value = csv_number(field);
  if (!value) fail(row, header_[column] + ": '" + field + "' is not a number");
  return *value;
}

void CsvFile::require(const std::vector<std::string>& columns) const {
  for (const std::string& column : columns) {
    if (has(column)) continue;
    std::string known;
    for (const std::string& each : header_) known += (known.empty() ? "" : ", ") + each;
    fail("has no column '" + column + "' (it has: " + known + ")");
  }
  if (rows_.empty()) fail("has a header but no rows");
}

void CsvFile::fail(std::size_t row, const std::string& problem) const {
  throw Error(Failure::data, name_ + ":" + std::to_string(rows_[row].line) + ": " + problem);
}
void CsvFile::fail(const std::string& problem) const {
  throw Error(Failure::data, name_ + ": " + problem);
}

}  // namespace memtrain
