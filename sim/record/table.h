#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace memtrain {

struct FileKind;

/// A column of a table: numbers (NaN: not known), whole numbers, or texts.
struct TableColumn {
  std::string name, units, long_name;
  std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>> cells;
};

/// A table as an HDF5 file has it: each column a dataset over the axis `row`, at the root, so that
/// `xarray.open_dataset(file, engine="h5netcdf").to_dataframe()` is the table.
struct Table {
  std::vector<std::pair<std::string, std::string>> attributes;  ///< of the root, texts
  std::vector<TableColumn> columns;                             ///< of equal length
};

/// How many rows a table has.
[[nodiscard]] std::size_t row_count(const Table& table);

/// Adds a column of what `value`, a member or a function, says of each row. Cell: double,
/// std::int64_t or std::string.
template <class Cell, class Row, class Value>
void add_column(Table& table, const std::vector<Row>& rows, std::string name, std::string units,
                std::string long_name, Value value) {
  std::vector<Cell> cells;
  cells.reserve(rows.size());
  for (const Row& row : rows) cells.emplace_back(std::invoke(value, row));
  table.columns.push_back(
      {std::move(name), std::move(units), std::move(long_name), std::move(cells)});
}

/// Writes a table, replacing the file atomically. Errors: Failure::output.
void write_table(const Table& table, const FileKind& kind, const std::string& path);

}  // namespace memtrain
