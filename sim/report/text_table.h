#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace memtrain {

/// How many columns UTF-8 text takes on a terminal; every character counts as one, and what sets
/// its colour as none.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// What stands for a value that is not known.
inline constexpr std::string_view unknown_text = "-";

/// One column of a table for a terminal.
struct TextColumn {
  std::string heading;
  bool right = false;  ///< aligned to the right, as numbers are
  std::vector<std::string> cells;
  int dispensable = 0;  ///< above 0: may be left out where there is little room, the highest first
};

/// How a table is shown.
struct TableStyle {
  bool colour = false;
  std::size_t width = 0;  ///< columns of the terminal; 0: any number
};

/// A column of what `cell` says of each item.
template <class Item, class Cell>
TextColumn column_of(const char* heading, bool right, const std::vector<Item>& items, Cell cell) {
  TextColumn column{heading, right, {}};
  for (const Item& item : items) column.cells.push_back(cell(item));
  return column;
}

/// The lines of a table: the headings, then a line for each row, columns two spaces apart, no
/// spaces at the ends of lines. Columns with no heading and no text are left out; all have the same
/// number of cells.
[[nodiscard]] std::vector<std::string> table_lines(const std::vector<TextColumn>& columns);

/// The lines of a table that fit so many columns of a terminal (0: any number): dispensable columns
/// are left out, then the table goes on below, each part beginning with the first `keys` columns.
/// A part with one column more may still be wider.
[[nodiscard]] std::vector<std::string> fitted_lines(std::vector<TextColumn> columns,
                                                    std::size_t width, std::size_t keys = 1);

/// The same lines, each with its end.
[[nodiscard]] std::string table_text(std::vector<TextColumn> columns, std::size_t width = 0,
                                     std::size_t keys = 1);

/// A line folded between its words where it is wider than so many columns (0: any number); it goes
/// on below from the column `indent`, at most two thirds of the way, and no blank before
/// that column is a place to fold. A word wider than all that stays whole.
[[nodiscard]] std::string folded(std::string_view line, std::size_t width, std::size_t indent = 0);

/// The lines of a table behind a margin, with their ends. Its last column is prose: where there are
/// only so many columns (0: any number), it goes on below itself, or if the others leave little
/// room, stands below its row.
[[nodiscard]] std::string prose_table(std::vector<TextColumn> columns, std::size_t width,
                                      std::size_t margin);

/// "1 seed", "3 seeds".
[[nodiscard]] std::string counted(std::size_t count, std::string_view thing);

/// A number with three digits and a prefix: "1.25 M", "3.10 mJ"; `unit` "1": none, and below
/// one no prefix: "0.0198". A dash for NaN.
[[nodiscard]] std::string engineering(double value, std::string_view unit);

/// A probability: "0.013", "0.0004", "< 0.0001". A dash for NaN.
[[nodiscard]] std::string probability_text(double p);

/// A time for people: "0.52 s", "48.0 s", "3 min 05 s", "2 h 10 min". A dash for NaN.
[[nodiscard]] std::string duration(double seconds);

}  // namespace memtrain
