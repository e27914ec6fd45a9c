#include "devices/periphery/wires.h"

#include <Eigen/Cholesky>
#include <algorithm>

namespace memtrain {

std::span<const Parameter<WireSettings>> wire_parameters() {
  using S = WireSettings;
  static constexpr std::array<std::string_view, 2> ends{"one", "both"};
  static constexpr std::array<std::string_view, 2> solvers{"approximate", "exact"};
  static constexpr std::array<Parameter<S>, 7> rows{{
      {{"row_segment", "ohm", 0, 1e9, "resistance of a word line between two crosspoints"},
       member<&S::row_segment>},
      {{"column_segment", "ohm", 0, 1e9, "resistance of a bit line between two crosspoints"},
       member<&S::column_segment>},
      {{"row_terminal", "ohm", 0, 1e9, "resistance between the source and a word line"},
       member<&S::row_terminal>},
      {{"column_terminal", "ohm", 0, 1e9, "resistance between a bit line and its ground"},
       member<&S::column_terminal>},
      {{.name = "row_ends",
        .unit = "1",
        .help = "whether word lines have a source at one end or at both",
        .choices = ends},
       member<&S::row_ends>},
      {{.name = "column_ends",
        .unit = "1",
        .help = "whether bit lines have a ground at one end or at both",
        .choices = ends},
       member<&S::column_ends>},
      {{.name = "solver",
        .unit = "1",
        .help = "exact: Kirchhoff's laws for all nodes after every write, seconds for 512 x 512; "
                "approximate: to first order in the voltage drops",
        .choices = solvers},
       member<&S::solver>},
  }};
  return rows;
}

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// One word line with its crosspoints, seen from the bit lines at voltages c: a current
/// drive · v − load · c flows into them when its source is at v.
struct WordLine {
  VectorXd drive;
  MatrixXd load;
};

/// The word line's nodes u solve (wires + diag g) u = g c + source v. A tridiagonal matrix,
/// inverted by continued fractions.
WordLine word_line(const VectorXd& g, const WireSettings& wires) {
  const Index n = g.size();
  const bool both = wires.row_ends == "both";
  const double end = wires.row_segment + wires.row_terminal;
  if (end == 0.0) return {g, g.asDiagonal()};
  if (wires.row_segment == 0.0) {  // one node
    const double source = (both ? 2.0 : 1.0) / end;
    const double all = source + g.sum();
    return {g * (source / all), MatrixXd(g.asDiagonal()) - g * g.transpose() / all};
  }
  const double segment = 1.0 / wires.row_segment;
  const double source = 1.0 / end;
  VectorXd own = g;  // admittance from each node to what is held: bit lines and sources
  own[0] += source;
  if (both) own[n - 1] += source;
  // the same of each node and all that is left, or right, of it
  VectorXd left = own, right = own;
  const auto through = [segment](double admittance) {
    return segment * admittance / (segment + admittance);
  };
  for (Index j = 1; j < n; ++j) left[j] += through(left[j - 1]);
  for (Index j = n - 2; j >= 0; --j) right[j] += through(right[j + 1]);
  MatrixXd inverse(n, n);
  for (Index j = 0; j < n; ++j) {
    inverse(j, j) = 1.0 / (left[j] + right[j] - own[j]);
    for (Index k = j + 1; k < n; ++k) {
      // a current into node j divides, from node to node, between the line and the ground
      inverse(k, j) = inverse(k - 1, j) * segment / (segment + right[k]);
      inverse(j, k) = inverse(k, j);
    }
  }
  VectorXd drive = source * inverse.col(0);
  if (both) drive += source * inverse.col(n - 1);
  drive = drive.cwiseProduct(g);
  MatrixXd load = -(g.asDiagonal() * inverse * g.asDiagonal());
  load.diagonal() += g;
  return {std::move(drive), std::move(load)};
}

/// The bit lines from the first word line down to the current one, seen from below: a current
/// given · v − load · c flows down when their lower ends are at voltages c. What has flown off at
/// the upper ends is upper · v + from_below · c.
class BitLines {
 public:
  BitLines(Index columns, Index rows, const WireSettings& wires)
      : segment_(wires.column_segment),
        end_(wires.column_segment + wires.column_terminal),
        both_(wires.column_ends == "both"),
        load_(MatrixXd::Zero(columns, columns)),
        given_(MatrixXd::Zero(columns, rows)) {
    if (!both_ || end_ == 0.0) return;
    load_.diagonal().setConstant(1.0 / end_);
    from_below_ = load_;
    upper_ = MatrixXd::Zero(columns, rows);
  }

  /// The next word line is met.
  void meet(const WordLine& line) {
    if (met_ > 0) pass(segment_);
    load_ += line.load;
    given_.col(met_) += line.drive;
    ++met_;
  }
  /// The grounds are reached. Returns the currents into them, [columns × rows] for 1 V on each row.
  MatrixXd ground() {
    pass(end_);
    if (upper_.size() == 0) return given_;
    return given_ + upper_;
  }

 private:
  /// Along a resistance in every bit line: load ← (1 + r load)⁻¹ load, given ← (1 + r load)⁻¹
  /// given.
  void pass(double resistance) {
    if (resistance == 0.0) return;
    one_plus_ = resistance * load_;
    one_plus_.diagonal().array() += 1.0;
    const Eigen::LLT<Eigen::Ref<MatrixXd>> factor(one_plus_);
    auto given = given_.leftCols(met_);
    factor.solveInPlace(given);
    if (upper_.size() > 0) {
      upper_.leftCols(met_).noalias() += resistance * (from_below_ * given);
      MatrixXd turned = from_below_.transpose();
      factor.solveInPlace(turned);
      from_below_ = turned.transpose();
    }
    // load − r (L⁻¹ load)ᵀ (L⁻¹ load): symmetric, and without the cancellation of (1 − (…)⁻¹) / r
    half_ = load_;
    factor.matrixL().solveInPlace(half_);
    load_.selfadjointView<Eigen::Lower>().rankUpdate(half_.transpose(), -resistance);
    load_.triangularView<Eigen::StrictlyUpper>() = load_.transpose();
  }

  double segment_, end_;
  bool both_;
  MatrixXd load_, given_;
  MatrixXd upper_, from_below_;  // empty without grounds at the upper ends
  MatrixXd one_plus_, half_;     // scratch
  Index met_ = 0;
};

/// g and the result [word lines × bit lines].
MatrixXd eliminate_rows(const MatrixXd& g, const WireSettings& wires) {
  BitLines lines(g.cols(), g.rows(), wires);
  for (Index i = 0; i < g.rows(); ++i) lines.meet(word_line(g.row(i), wires));
  return lines.ground().transpose();
}

}  // namespace

Conductances exact_conductances(const Conductances& g, const WireSettings& wires) {
  if (!wires.on()) return g;
  if (g.rows() <= g.cols()) return eliminate_rows(g.transpose(), wires).transpose();
  // the same array with the roles of its lines exchanged, both counted from their other ends
  WireSettings turned = wires;
  std::swap(turned.row_segment, turned.column_segment);
  std::swap(turned.row_terminal, turned.column_terminal);
  std::swap(turned.row_ends, turned.column_ends);
  return eliminate_rows(g.reverse(), turned).reverse();
}

namespace {

/// So many lines are followed side by side, so that vector operations have something to do. Memory
/// is visited in squares of this side, which have as many cache lines whichever way lines lie in
/// it.
constexpr Index lines_at_once = 16;
using Lanes = Eigen::Array<float, lines_at_once, 1>;

/// One kind of lines of an array, and how their crosspoints lie in memory: one of the strides is 1.
struct LineLayout {
  Index lines, positions;
  Index line_stride, position_stride;
};

/// Some lines at a time, position by position from their driven end.
class LineBlock {
 public:
  explicit LineBlock(Index positions)
      : g_(lines_at_once, positions),
        share_(lines_at_once, positions),
        voltage_(lines_at_once, positions) {}

  void load(const float* first, const LineLayout& layout, Index lines) {
    g_.setZero();
    voltage_.setZero();
    for_each(layout, lines, [&](Index line, Index p, Index at) { g_(line, p) = first[at]; });
  }

  /// Adds the voltages when one end is at 1 V behind `end`, and the far end, if it is connected, at
  /// ground behind the same. Crosspoints are grounded at their other side.
  void drive(double segment, double end, bool far_end, bool from_last) {
    const auto r = static_cast<float>(segment);
    const auto r_end = static_cast<float>(end);
    const Index positions = g_.cols();
    const auto place = [&](Index p) { return from_last ? positions - 1 - p : p; };
    // admittance to ground of a position and all beyond it; share: the voltage there as a part of
    // that one segment before it
    Lanes beyond = Lanes::Constant(far_end ? 1.0F / r_end : 0.0F);
    for (Index p = positions - 1; p >= 0; --p) {
      beyond += g_.col(place(p));
      const Lanes share = (1.0F + (p == 0 ? r_end : r) * beyond).inverse();
      beyond *= share;
      share_.col(p) = share;
    }
    Lanes voltage = Lanes::Ones();
    for (Index p = 0; p < positions; ++p) {
      voltage *= share_.col(p);
      voltage_.col(place(p)) += voltage;
    }
  }

  void multiply(float* first, const LineLayout& layout, Index lines) const {
    for_each(layout, lines, [&](Index line, Index p, Index at) { first[at] *= voltage_(line, p); });
  }

 private:
  /// Calls visit(line, position, where) for all crosspoints, in the order of memory.
  template <class Visit>
  static void for_each(const LineLayout& layout, Index lines, Visit visit) {
    if (layout.line_stride == 1) {
      for (Index p = 0; p < layout.positions; ++p) {
        for (Index line = 0; line < lines; ++line)
          visit(line, p, p * layout.position_stride + line);
      }
      return;
    }
    for (Index first = 0; first < layout.positions; first += lines_at_once) {
      const Index last = std::min(first + lines_at_once, layout.positions);
      for (Index line = 0; line < lines; ++line) {
        for (Index p = first; p < last; ++p) visit(line, p, line * layout.line_stride + p);
      }
    }
  }

  Eigen::Array<float, lines_at_once, Eigen::Dynamic> g_, share_, voltage_;  // a column a position
};

/// Multiplies every crosspoint of `seen` by the voltage on its line, when the end of the line that
/// matters is at 1 V and conductances g lead to ground.
void attenuate(const Matrix& g, Matrix& seen, const LineLayout& layout, double segment,
               double terminal, bool both_ends, bool from_last) {
  const double end = segment + terminal;
  if (end == 0.0) return;
  LineBlock block(layout.positions);
  for (Index line = 0; line < layout.lines; line += lines_at_once) {
    const Index count = std::min(lines_at_once, layout.lines - line);
    const Index first = line * layout.line_stride;
    block.load(g.data() + first, layout, count);
    block.drive(segment, end, both_ends, from_last);
    if (both_ends) block.drive(segment, end, true, !from_last);
    block.multiply(seen.data() + first, layout, count);
  }
}

}  // namespace

Matrix approximate_conductances(const Matrix& g, const WireSettings& wires) {
  Matrix seen = g;
  const Index bits = g.rows(), words = g.cols();
  attenuate(g, seen, {words, bits, 1, words}, wires.row_segment, wires.row_terminal,
            wires.row_ends == "both", false);
  // a bit line's ground is beyond its last crosspoint
  attenuate(g, seen, {bits, words, words, 1}, wires.column_segment, wires.column_terminal,
            wires.column_ends == "both", true);
  return seen;
}

}  // namespace memtrain
