#include "devices/periphery/wires.h"

#include <Eigen/SparseCholesky>
#include <catch2/catch.hpp>
#include <fstream>
#include <vector>

#include "devices/array/array.h"
#include "sim/base/error.h"
#include "sim/characterise/wire_grid.h"
#include "tests/statistics.h"
#include "tests/temporary_folder.h"

// The resistance of lines: against published grids, against Kirchhoff's laws written out for every
// node, and in an array that is read.
namespace memtrain {
namespace {

/// Numbers uniform on (low, high).
Conductances uniform(Index rows, Index columns, double low, double high, std::uint64_t seed = 1) {
  Batch drawn(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    fill_uniform({.seed = seed}, static_cast<std::uint32_t>(i),
                 {drawn.row(i).data(), static_cast<std::size_t>(columns)});
  }
  return low + 0.5 * (high - low) * (drawn.cast<double>().array() + 1.0);
}

/// The currents into the grounds, for conductances [word lines × bit lines], by one system of
/// equations for all nodes of all lines.
Eigen::VectorXd nodal_analysis(const Conductances& g, const Eigen::VectorXd& v,
                               const WireSettings& w) {
  const Index m = g.rows(), n = g.cols();
  std::vector<Eigen::Triplet<double>> a;
  Eigen::VectorXd b = Eigen::VectorXd::Zero(2 * m * n);
  const auto row = [&](Index i, Index j) { return i * n + j; };
  const auto column = [&](Index i, Index j) { return m * n + i * n + j; };
  const auto join = [&](Index p, Index q, double conductance) {
    a.emplace_back(p, p, conductance), a.emplace_back(q, q, conductance);
    a.emplace_back(p, q, -conductance), a.emplace_back(q, p, -conductance);
  };
  const double source = 1 / (w.row_segment + w.row_terminal);
  const double ground = 1 / (w.column_segment + w.column_terminal);
  for (Index i = 0; i < m; ++i) {
    const auto drive = [&](Index j) {
      a.emplace_back(row(i, j), row(i, j), source);
      b[row(i, j)] += source * v[i];
    };
    drive(0);
    if (w.row_ends == "both") drive(n - 1);
    for (Index j = 0; j < n; ++j) {
      join(row(i, j), column(i, j), g(i, j));
      if (j + 1 < n) join(row(i, j), row(i, j + 1), 1 / w.row_segment);
      if (i + 1 < m) join(column(i, j), column(i + 1, j), 1 / w.column_segment);
    }
  }
  for (Index j = 0; j < n; ++j) {
    a.emplace_back(column(m - 1, j), column(m - 1, j), ground);
    if (w.column_ends == "both") a.emplace_back(column(0, j), column(0, j), ground);
  }
  Eigen::SparseMatrix<double> laws(b.size(), b.size());
  laws.setFromTriplets(a.begin(), a.end());
  const Eigen::VectorXd u = Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>>(laws).solve(b);
  Eigen::VectorXd currents(n);
  for (Index j = 0; j < n; ++j) {
    currents[j] = ground * u[column(m - 1, j)];
    if (w.column_ends == "both") currents[j] += ground * u[column(0, j)];
  }
  return currents;
}

double relative_error(const Eigen::VectorXd& found, const Eigen::VectorXd& expected) {
  return (found - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff();
}

std::string grid_file(const std::string& name) { return MEMTRAIN_TEST_DATA "/wires/" + name; }

}  // namespace

TEST_CASE("the exact solver reproduces the published grids to nine digits", "[wires]") {
  for (const char* name :
       {"grid_3x3.csv", "grid_16x16.csv", "c1x1_params.csv", "c3x3_params.csv"}) {
    INFO(name);
    const WireGrid grid = read_wire_grid(grid_file(name));
    const Conductances seen = exact_conductances(grid.conductances, grid.wires);
    for (Index j = 0; j < seen.rows(); ++j) {
      CHECK(seen.row(j).dot(grid.voltages) == Approx(grid.currents[j]).epsilon(1e-9));
    }
  }
}

TEST_CASE("the exact solver obeys Kirchhoff's laws for any shape, terminals and ends", "[wires]") {
  const auto [m, n] = GENERATE(std::pair{1, 1}, std::pair{1, 5}, std::pair{5, 1}, std::pair{4, 9},
                               std::pair{9, 4}, std::pair{7, 7});
  const char* row_ends = GENERATE("one", "both");
  const char* column_ends = GENERATE("one", "both");
  const WireSettings wires{.row_segment = 30,
                           .column_segment = 700,
                           .row_terminal = 50,
                           .column_terminal = 11,
                           .row_ends = row_ends,
                           .column_ends = column_ends};
  const Conductances g = uniform(m, n, 1e-6, 1e-3);
  const Eigen::VectorXd v = uniform(m, 1, -1, 1, 2);
  const Eigen::VectorXd found = exact_conductances(g.transpose(), wires) * v;
  CHECK(relative_error(found, nodal_analysis(g, v, wires)) < 1e-11);
}

TEST_CASE("lines without resistance change nothing, whichever they are", "[wires]") {
  const Conductances g = uniform(6, 4, 1e-6, 1e-3);
  CHECK(exact_conductances(g, {}) == g);
  CHECK(approximate_conductances(g.cast<float>(), {}) == Matrix(g.cast<float>()));
  // a resistance of nothing is the limit of a small one
  const auto small = [](double r) { return r == 0 ? 1e-7 : r; };
  for (const WireSettings& wires :
       {WireSettings{.row_segment = 100}, WireSettings{.column_segment = 100},
        WireSettings{.row_terminal = 100}, WireSettings{.column_terminal = 100}}) {
    const WireSettings near{small(wires.row_segment), small(wires.column_segment),
                            wires.row_terminal, wires.column_terminal};
    CHECK(exact_conductances(g, wires).isApprox(exact_conductances(g, near), 1e-7));
  }
}

TEST_CASE("driving the bit lines gives the transposed currents: the solver is reciprocal",
          "[wires]") {
  const Conductances g = uniform(6, 4, 1e-6, 1e-3);
  const WireSettings wires{
      .row_segment = 30, .column_segment = 70, .row_terminal = 20, .column_terminal = 90};
  // the same array seen from its other side: bit lines become word lines, counted from the grounds
  const WireSettings turned{
      .row_segment = 70, .column_segment = 30, .row_terminal = 90, .column_terminal = 20};
  const Conductances there = exact_conductances(g.transpose(), wires);
  const Eigen::VectorXd d = uniform(4, 1, -1, 1, 2);
  const Conductances reversed = g.transpose().reverse();
  const Eigen::VectorXd back = nodal_analysis(reversed, d.reverse(), turned);
  CHECK(relative_error(there.transpose() * d, back.reverse()) < 1e-11);
}

TEST_CASE("the approximation is exact for a single line and right to first order for arrays",
          "[wires]") {
  const WireSettings wires{
      .row_segment = 30, .column_segment = 70, .row_terminal = 20, .column_terminal = 90};
  const Conductances row = uniform(12, 1, 1e-5, 1e-3), column = uniform(1, 12, 1e-5, 1e-3);
  WireSettings rows_only = wires, columns_only = wires;
  rows_only.column_segment = rows_only.column_terminal = 0;
  columns_only.row_segment = columns_only.row_terminal = 0;
  for (const char* ends : {"one", "both"}) {
    rows_only.row_ends = columns_only.column_ends = ends;
    CHECK(approximate_conductances(row.cast<float>(), rows_only)
              .cast<double>()
              .isApprox(exact_conductances(row, rows_only), 1e-6));
    CHECK(approximate_conductances(column.cast<float>(), columns_only)
              .cast<double>()
              .isApprox(exact_conductances(column, columns_only), 1e-6));
  }
  // the error falls with the square of the resistance
  const Conductances g = uniform(16, 24, 1e-6, 1e-4);
  const auto error = [&](double factor) {
    const WireSettings some{.row_segment = 3 * factor, .column_segment = 2 * factor};
    const Eigen::VectorXd v = Eigen::VectorXd::Ones(24);
    const Eigen::VectorXd exact = exact_conductances(g, some) * v;
    const Eigen::VectorXd fast = approximate_conductances(g.cast<float>(), some).cast<double>() * v;
    return relative_error(fast, exact);
  };
  CHECK(error(10) < 0.05);
  CHECK(error(2) / error(1) == Approx(4).epsilon(0.2));
}

TEST_CASE("an array of 100 x 120 loses a quarter, which the approximation finds within a tenth",
          "[wires]") {
  const WireSettings wires{.row_segment = 0.7, .column_segment = 0.4};
  const Conductances g = uniform(100, 120, 1e-6, 1e-4);
  const Eigen::VectorXd v = uniform(100, 1, 0, 0.2, 2);
  const Eigen::VectorXd expected = nodal_analysis(g, v, wires);
  CHECK(relative_error(exact_conductances(g.transpose(), wires) * v, expected) < 1e-10);
  const double lost = relative_error(g.transpose() * v, expected);
  const Matrix fast = approximate_conductances(g.transpose().cast<float>(), wires);
  CHECK(lost > 0.25);
  CHECK(relative_error(fast.cast<double>() * v, expected) < 0.1 * lost);
}

TEST_CASE("an array behind wires reads what nodal analysis gives, in both directions", "[wires]") {
  // devices from -1 to 1 as 0 to 1e-4 S: a weight is a current relative to that of 5e-5 S
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.crosspoints.device = {{"w_max", 1.0}, {"w_min", -1.0}, {"g_max", 1e-4}, {"g_min", 0.0}};
  settings.circuits.wires = {.row_segment = 20, .column_segment = 10, .solver = "exact"};
  const std::string offset = GENERATE("column", "digital");
  settings.circuits.mapping.offset = offset;
  const Index outputs = 5, inputs = 4;
  const auto array = make_array(settings, outputs, inputs, 1, 0);
  const Matrix w = uniform(outputs, inputs, -1, 1).cast<float>();
  array->program(w);
  Conductances g(inputs, outputs + 1);
  g.leftCols(outputs) = 5e-5 * (w.transpose().cast<double>().array() + 1.0);
  g.col(outputs).setConstant(5e-5);
  if (offset == "digital") g.conservativeResize(Eigen::NoChange, outputs);
  const Eigen::VectorXd x = uniform(inputs, 1, -1, 1, 3);
  const Eigen::VectorXd currents = nodal_analysis(g, x, settings.circuits.wires);
  const double zero = offset == "column" ? currents[outputs] : 5e-5 * x.sum();
  Batch y, g_read;
  array->forward(x.transpose().cast<float>(), y, {});
  for (Index j = 0; j < outputs; ++j) {
    CHECK(y(0, j) == Approx((currents[j] - zero) / 5e-5).epsilon(1e-5).margin(1e-5));
  }
  // the transposed read is that of the same matrix
  array->transposed(Batch::Identity(outputs, outputs), g_read, {});
  CHECK((x.transpose().cast<float>() * g_read.transpose()).isApprox(y, 1e-5F));
  CHECK(Matrix(array->weights()) == w);
  // and a write is seen at once
  array->update(Batch::Ones(1, inputs), Batch::Ones(1, outputs), 0.5F, {});
  Batch after;
  array->forward(x.transpose().cast<float>(), after, {});
  CHECK(after != y);
}

TEST_CASE("a pair of devices loses in both of its arrays, each on its own", "[wires]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("soft_bounds")};
  settings.crosspoints.cell.kind = "differential";
  settings.crosspoints.device = {{"w_max", 1.0},      {"w_min", -1.0}, {"w_max_dtod", 0.0},
                                 {"w_min_dtod", 0.0}, {"g_max", 1e-4}, {"g_min", 1e-6}};
  settings.circuits.wires = {.row_segment = 20, .column_segment = 10, .solver = "exact"};
  const auto array = make_array(settings, 3, 4, 1, 0);
  const Matrix w = uniform(3, 4, -1, 1).cast<float>();
  array->program(w);
  const auto conductances = [&](double sign) -> Conductances {
    return 1e-6 + 4.95e-5 * (sign * 0.5 * w.cast<double>().array() + 1.0);
  };
  const Conductances expected = (exact_conductances(conductances(1), settings.circuits.wires) -
                                 exact_conductances(conductances(-1), settings.circuits.wires)) /
                                4.95e-5;
  Batch read;
  array->forward(Batch::Identity(4, 4), read, {});
  CHECK(read.cast<double>().transpose().isApprox(expected, 1e-5));
}

TEST_CASE(
    "a digital factor fits weights into the range of the devices and leaves reads as they are",
    "[array]") {
  const std::string scaling = GENERATE("layer", "column");
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.crosspoints.device = {{"w_max", 0.6}, {"w_min", -0.6}};
  settings.circuits.mapping = {.scaling = scaling, .largest = 0.5F};
  const auto array = make_array(settings, 2, 3, 1, 0);
  Matrix w(2, 3);
  w << 10.0F, -2.0F, 0.0F, 1.0F, 0.5F, -0.25F;
  array->program(w);
  CHECK(Matrix(array->weights()).isApprox(w, 1e-6F));
  Batch y, g;
  array->forward(Batch::Identity(3, 3), y, {});
  array->transposed(Batch::Identity(2, 2), g, {});
  CHECK(y.isApprox(w.transpose(), 1e-6F));
  CHECK(g.isApprox(w, 1e-6F));
  // an update is one of W, until a device's bound: 10 may grow to 0.6/0.5 of itself
  Batch d(1, 2), x(1, 3);
  d << -1.0F, 0.125F;
  x << 4.0F, 1.0F, 0.0F;
  array->update(x, d, 1.0F, {});
  Matrix expected(2, 3);
  expected << 12.0F, -1.0F, 0.0F, 0.5F, 0.375F, -0.25F;
  CHECK(Matrix(array->weights()).isApprox(expected, 1e-6F));
}

TEST_CASE("grid files that say too little are refused with file and line", "[wires]") {
  const std::string name = "grid_test_bad.csv";
  const auto refusal = [&](const std::string& text) -> std::string {
    std::ofstream(name) << text;
    try {
      static_cast<void>(read_wire_grid(name));
    } catch (const Error& error) {
      CHECK(error.kind == Failure::data);
      return error.what();
    }
    return "";
  };
  CHECK(refusal("V,1\nG,0,1e-3\n").find("has no wire resistance") != std::string::npos);
  CHECK(refusal("r_row,1\nV,1,2\nG,0,1e-3\n").find("has 1 rows G for 2 word lines") !=
        std::string::npos);
  CHECK(refusal("r_row,1\nV,1\nG,0,1e-3,x\n").find(":3: 'x' is not a number") != std::string::npos);
  CHECK(refusal("r_row,-1\nV,1\nG,0,1\n").find(":1: -1 is out of range") != std::string::npos);
  CHECK(refusal("r_row,1\nV,1\nG,1,1\n").find(":3: word line 1 where 0 is expected") !=
        std::string::npos);
  CHECK(refusal("r_row,1\nV,1\nG,0,-1\n").find("out of range") != std::string::npos);
  CHECK(refusal("r_row,1\nV,1\nX,0\n").find(":3: unknown row 'X'") != std::string::npos);
  CHECK(refusal("r_row,1\nV,1\nG,0,1,2\nI,1\n").find("has 1 currents I for 2") !=
        std::string::npos);
  CHECK(refusal("").find("has no row V") != std::string::npos);
  CHECK(refusal("r_row,1\nV,1\nG,0,  \r,1\n").find(":3: '' is not a number") != std::string::npos);
  CHECK(refusal("row_ends,two\nV,1\n").find(":1: row_ends: 'two' is not one or both") !=
        std::string::npos);
  CHECK(refusal("row_ends,one,both\n").find(":1: row_ends needs one value") != std::string::npos);
  std::remove(name.c_str());
}

TEST_CASE("a grid that a spreadsheet has written is read", "[wires]") {
  const test::Folder folder;
  const std::string name = folder / "grid.csv";
  std::ofstream(name)
      << "\xEF\xBB\xBFV,1,0.5,\r\nr_row,2,,\r\nG,0, 1e-3 ,2e-3\r\nG,1,3e-3,0\r\n,,,\r\n";
  const WireGrid grid = read_wire_grid(name);
  CHECK(grid.wires.row_segment == 2.0);
  CHECK(grid.voltages == Eigen::Vector2d(1.0, 0.5));
  CHECK(grid.conductances == (Conductances(2, 2) << 1e-3, 3e-3, 2e-3, 0.0).finished());
}

}  // namespace memtrain
