#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/text_table.h"

namespace memtrain {

/// The size of the terminal behind a stream; 24 × 80 where there is none.
struct TerminalSize {
  std::size_t lines = 24, columns = 80;
};
[[nodiscard]] TerminalSize terminal_size(int descriptor);

/// How tables are shown on stdout: as wide as the terminal, or as they are where there is none.
[[nodiscard]] TableStyle output_style();

/// A name and what is to be said of it, from a column on; folded as the terminal is wide.
[[nodiscard]] std::string entry(std::string_view name, std::size_t column, std::string_view text);

/// A bar that is full to this part, in eighths of a cell: of 20 cells, or 10 on a terminal of fewer
/// than 100 columns.
[[nodiscard]] std::string progress_bar(double part, std::size_t terminal_columns);

/// A part of a line that tells how something goes.
struct LinePart {
  std::string text;
  int dispensable = 0;  ///< above 0: may be left out, the highest first
};
/// The parts that are not empty, two spaces apart; of those that can be spared, as many as fit into
/// so many columns.
[[nodiscard]] std::string fitted(std::vector<LinePart> parts, std::size_t columns);
inline constexpr std::size_t any_width = static_cast<std::size_t>(-1);

/// Cut to so many characters (not bytes).
[[nodiscard]] std::string cut_to(const std::string& line, std::size_t columns);

/// A time that counts down: "48 s", "3:05 min", "2:10 h"; "?" where it is not known.
[[nodiscard]] std::string short_duration(double seconds);

}  // namespace memtrain
