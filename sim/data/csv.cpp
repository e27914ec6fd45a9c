#include "sim/base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/base/error.h"
#include "sim/data/series.h"

namespace memtrain {
namespace {

void check_header(const CsvFile& file) {
  const auto& names = file.header();
  if (std::all_of(names.begin(), names.end(), [](const auto& n) { return bool(csv_number(n)); })) {
    file.fail("its first line holds numbers, but must name the columns");
  }
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) file.fail("has two columns named '" + name + "'");
  }
}

/// A first column of words is a time stamp: it is neither input nor target.
bool has_time_stamp(const CsvFile& file) {
  const std::string& first = file.text(0, std::size_t{0});
  return !first.empty() && !csv_number(first);
}

Series read_series(const CsvFile& file, std::size_t rows) {
  const std::size_t first = has_time_stamp(file) ? 1 : 0;
  const std::size_t columns = file.header().size() - first;
  if (columns == 0) file.fail("has no column of numbers");
  Series series;
  series.columns.assign(file.header().begin() + static_cast<std::ptrdiff_t>(first),
                        file.header().end());
  series.values.resize(static_cast<Index>(rows), static_cast<Index>(columns));
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      if (file.text(row, first + column).empty()) {
        file.fail(row, series.columns[column] + ": is empty (a series must not have gaps)");
      }
      series.values(static_cast<Index>(row), static_cast<Index>(column)) =
          file.number(row, first + column);
    }
  }
  return series;
}

Dataset load(const DataSource& source, const std::filesystem::path& place,
             const DataSettings& settings) {
  const CsvFile file(place.string());
  if (file.rows() == 0) file.fail("has a header but no rows");
  check_header(file);
  const auto wanted = static_cast<std::size_t>(settings.series.rows);
  if (wanted > file.rows()) {
    throw Error(Failure::usage,
                fmt::format("data.rows: {} is out of range [0, {}] (the rows of {})", wanted,
                            file.rows(), place.string()));
  }
  const Series series = read_series(file, wanted > 0 ? wanted : file.rows());
  return series_dataset(std::string(source.name), place.string(), series, settings);
}

}  // namespace

extern const DataSource csv_source{
    "csv",
    "a time series of yours: a header, then a row a step; the columns of numbers are predicted "
    "from their past",
    "name the file by data.file, and its folder by --data-dir, data.path or MEMTRAIN_DATA",
    {},
    {},
    load,
    {},
    Origin::series,
    Question::values};

}  // namespace memtrain
