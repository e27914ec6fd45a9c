#pragma once
#include <string>
#include <vector>

#include "devices/periphery/wires.h"

namespace memtrain {

/// A resistive grid as a file describes it.
struct WireGrid {
  WireSettings wires;
  Eigen::VectorXd voltages;  ///< of the word lines, in volt
  Conductances conductances;
  Eigen::VectorXd currents;  ///< of the bit lines as the file states them, in ampere; may be empty
};

/// Reads a grid from one of two forms of CSV:
/// - rows `V,<m volt>`, `G,i,<n siemens>` for i = 0 … m−1, optionally `I,<n ampere>`, and the wires
///   in rows `r_row,<ohm>`, `r_col`, `r_row_term`, `r_col_term`, or in a comment `wire resistance R
///   ohm per segment`; `row_ends,both` and `col_ends,both` connect the far ends as well;
/// - NAME_params.csv with columns key, value (m, n, r_row, r_col, r_row_term, r_col_term), beside
///   NAME_inputs.csv (row, v_in_V) and NAME_cells.csv (row, col, r_cell_ohm), optionally
///   NAME_iout.csv (col, i_out_A).
/// Errors: Failure::data with file and line.
[[nodiscard]] WireGrid read_wire_grid(const std::string& file);

}  // namespace memtrain
