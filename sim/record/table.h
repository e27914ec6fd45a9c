#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/record/sealed_file.h"

namespace memtrain {

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

/// Writes a table, replacing the file atomically. Errors: Failure::output.
void write_table(const Table& table, const FileKind& kind, const std::string& path);

}  // namespace memtrain
