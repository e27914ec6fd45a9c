#pragma once
#include <cstddef>
#include <string>

#include "sim/report/text_table.h"

namespace memtrain {

/// The size of the terminal behind a stream; 24 × 80 where there is none.
struct TerminalSize {
  std::size_t lines = 24, columns = 80;
};
[[nodiscard]] TerminalSize terminal_size(int descriptor);

/// How tables are shown on stdout: as wide as the terminal, or as they are where there is none.
[[nodiscard]] TableStyle output_style();

/// A bar of 20 cells that is full to this part, in eighths of a cell.
[[nodiscard]] std::string progress_bar(double part);

/// Cut to so many characters (not bytes).
[[nodiscard]] std::string cut_to(const std::string& line, std::size_t columns);

/// A time that counts down: "48 s", "3:05 min", "2:10 h"; "?" where it is not known.
[[nodiscard]] std::string short_duration(double seconds);

}  // namespace memtrain
