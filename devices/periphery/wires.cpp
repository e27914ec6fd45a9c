#include "devices/periphery/wires.h"

#include <Eigen/Cholesky>

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
    MatrixXd one_plus = resistance * load_;
    one_plus.diagonal().array() += 1.0;
    const Eigen::LLT<Eigen::Ref<MatrixXd>> factor(one_plus);
    auto given = given_.leftCols(met_);
    factor.solveInPlace(given);
    if (upper_.size() > 0) {
      upper_.leftCols(met_).noalias() += resistance * (from_below_ * given);
      MatrixXd turned = from_below_.transpose();
      factor.solveInPlace(turned);
      from_below_ = turned.transpose();
    }
    // load − r (L⁻¹ load)ᵀ (L⁻¹ load): symmetric, and without the cancellation of (1 − (…)⁻¹) / r
    MatrixXd half = load_;
    factor.matrixL().solveInPlace(half);
    load_.selfadjointView<Eigen::Lower>().rankUpdate(half.transpose(), -resistance);
    load_.triangularView<Eigen::StrictlyUpper>() = load_.transpose();
  }

  double segment_, end_;
  bool both_;
  MatrixXd load_, given_;
  MatrixXd upper_, from_below_;  // empty without grounds at the upper ends
  Index met_ = 0;
};

Conductances eliminate_rows(const Conductances& g, const WireSettings& wires) {
  BitLines lines(g.cols(), g.rows(), wires);
  for (Index i = 0; i < g.rows(); ++i) lines.meet(word_line(g.row(i), wires));
  return lines.ground().transpose();
}

}  // namespace

Conductances exact_conductances(const Conductances& g, const WireSettings& wires) {
  if (!wires.on()) return g;
  if (g.cols() <= g.rows()) return eliminate_rows(g, wires);
  // the same array with the roles of its lines exchanged, both counted from their other ends
  WireSettings turned = wires;
  std::swap(turned.row_segment, turned.column_segment);
  std::swap(turned.row_terminal, turned.column_terminal);
  std::swap(turned.row_ends, turned.column_ends);
  return eliminate_rows(g.transpose().reverse(), turned).reverse().transpose();
}

namespace {

/// The voltages along lines whose driven end is at 1 V, with all crosspoints grounded at their
/// other side. g [positions × lines], the driven end before position 0; each column of the result
/// is one line.
Matrix driven_lines(const Matrix& g, float segment, float end, bool both) {
  const Index positions = g.rows();
  Matrix voltage(g.rows(), g.cols());
  // admittance to ground from each position on, away from the driven end
  Eigen::Array<float, 1, Eigen::Dynamic> beyond = g.row(positions - 1).array();
  if (both && end > 0.0F) beyond += 1.0F / end;
  voltage.row(positions - 1) = beyond;
  for (Index p = positions - 2; p >= 0; --p) {
    beyond = g.row(p).array() + beyond / (1.0F + segment * beyond);
    voltage.row(p) = beyond;
  }
  voltage.row(0) = (1.0F + end * voltage.row(0).array()).inverse();
  for (Index p = 1; p < positions; ++p) {
    voltage.row(p).array() = voltage.row(p - 1).array() / (1.0F + segment * voltage.row(p).array());
  }
  return voltage;
}

/// The same with every end of the lines that is connected driven.
Matrix lines(const Matrix& g, double segment, double terminal, bool both) {
  const auto r = static_cast<float>(segment);
  const auto end = static_cast<float>(segment + terminal);
  if (end == 0.0F) return Matrix::Ones(g.rows(), g.cols());
  Matrix voltage = driven_lines(g, r, end, both);
  if (both) voltage += driven_lines(g.colwise().reverse(), r, end, both).colwise().reverse();
  return voltage;
}

}  // namespace

Matrix approximate_conductances(const Matrix& g, const WireSettings& wires) {
  if (!wires.on()) return g;
  const Matrix along_rows =
      lines(g.transpose(), wires.row_segment, wires.row_terminal, wires.row_ends == "both")
          .transpose();
  // a bit line's ground is beyond its last crosspoint
  const Matrix along_columns = lines(g.colwise().reverse(), wires.column_segment,
                                     wires.column_terminal, wires.column_ends == "both")
                                   .colwise()
                                   .reverse();
  return g.cwiseProduct(along_rows).cwiseProduct(along_columns);
}

}  // namespace memtrain
