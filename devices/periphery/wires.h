#pragma once
#include <Eigen/Core>
#include <array>
#include <span>
#include <string>

#include "sim/base/batch.h"
#include "sim/base/parameter.h"

namespace memtrain {

/// The resistances of an array's lines, in ohm; 0: none. A word line runs from its source through
/// the terminal and one segment to the crosspoint with bit line 0, and by one segment from each
/// crosspoint to the next; a bit line runs by one segment from crosspoint to crosspoint, and from
/// that with the last word line through one more segment and the terminal to a virtual ground. With
/// both ends connected, the far end has a segment, a terminal and a source or ground of its own.
struct WireSettings {
  double row_segment = 0.0;  ///< word lines
  double column_segment = 0.0;
  double row_terminal = 0.0;
  double column_terminal = 0.0;
  std::string row_ends = "one";
  std::string column_ends = "one";
  std::string solver = "approximate";

  [[nodiscard]] bool on() const {
    return row_segment > 0 || column_segment > 0 || row_terminal > 0 || column_terminal > 0;
  }
};
[[nodiscard]] std::span<const Parameter<WireSettings>> wire_parameters();

/// Conductances of an array in siemens, [bit lines × word lines]: as weights lie.
using Conductances = Eigen::MatrixXd;

/// The conductances that an array with such wires shows at its terminals: the current into the
/// ground of bit line j is Σ_i g_eff(j, i) · v_i for any voltages v of the word lines. Exact:
/// Kirchhoff's laws for all nodes, solved directly in double precision, by eliminating one word
/// line after another: time O(shorter side³ × longer side), memory O(crosspoints). Reciprocity
/// makes it the transposed read as well: driving the bit lines at their grounds with voltages d
/// gives the currents Σ_j d_j · g_eff(j, i) at the word lines' sources.
[[nodiscard]] Conductances exact_conductances(const Conductances& g, const WireSettings& wires);

/// The same to first order in the voltage drops, in O(crosspoints): g · a · b, with a(j, i) the
/// voltage at crosspoint j of word line i when its source is at 1 V and all bit lines are grounded,
/// and b(j, i) the part of a current into bit line j at crosspoint i that arrives at its ground
/// when all word lines are grounded. Both are exact for their line. What is missed is of the order
/// of (drop on the word line × drop on the bit line). Reciprocal, as the exact solution is.
[[nodiscard]] Matrix approximate_conductances(const Matrix& g, const WireSettings& wires);

}  // namespace memtrain
