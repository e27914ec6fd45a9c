#include "sim/record/table.h"

#include <algorithm>
#include <numeric>

#include "sim/record/sealed_file.h"

namespace memtrain {
namespace {

void write_column(const h5::Object& root, const TableColumn& column, const h5::Scale& row) {
  const h5::Label label{column.name, column.units, column.long_name};
  if (const auto* texts = std::get_if<std::vector<std::string>>(&column.cells)) {
    h5::write_texts(root, label, row, *texts);
  } else if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.cells)) {
    h5::write_array<std::int64_t>(root, label, {&row}, *whole);
  } else {
    h5::write_array<double>(root, label, {&row}, std::get<std::vector<double>>(column.cells));
  }
}

}  // namespace

std::size_t row_count(const Table& table) {
  if (table.columns.empty()) return 0;
  return std::visit([](const auto& cells) { return cells.size(); }, table.columns.front().cells);
}

void write_table(const Table& table, const FileKind& kind, const std::string& path) {
  write_sealed(path, kind, [&](const h5::Object& root) {
    for (const auto& [name, text] : table.attributes) h5::set_text(root, name.c_str(), text);
    std::vector<std::int64_t> numbers(row_count(table));
    std::iota(numbers.begin(), numbers.end(), 0);
    const h5::Scale row =
        h5::write_scale<std::int64_t>(root, {"row", "1", "number of the row"}, numbers);
    for (const TableColumn& column : table.columns) write_column(root, column, row);
  });
}

}  // namespace memtrain
