#include "devices/periphery/wires.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "sim/characterise/wire_grid.h"
#include "tools/memtrain/command.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

/// Currents of one bit line with wires, to first order, and without.
struct Column {
  double exact, approximate, ideal;
  [[nodiscard]] double ratio() const { return exact / ideal; }
};

std::vector<Column> solve(const WireGrid& grid) {
  const auto currents = [&](const Conductances& g) { return (g * grid.voltages).eval(); };
  const auto exact = currents(exact_conductances(grid.conductances, grid.wires));
  const auto approximate = currents(
      approximate_conductances(grid.conductances.cast<float>(), grid.wires).cast<double>());
  const auto ideal = currents(grid.conductances);
  std::vector<Column> columns;
  for (Eigen::Index j = 0; j < exact.size(); ++j) {
    columns.push_back({exact[j], approximate[j], ideal[j]});
  }
  return columns;
}

std::string csv(const std::vector<Column>& columns) {
  std::string out = "col,i_out_A,i_out_ideal_A,ratio,i_out_approximate_A\n";
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const Column& c = columns[j];
    out += fmt::format("{},{:.17g},{:.17g},{:.17g},{:.9g}\n", j, c.exact, c.ideal, c.ratio(),
                       c.approximate);
  }
  return out;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string table(const WireGrid& grid, const std::vector<Column>& columns) {
  const WireSettings& wires = grid.wires;
  std::string out = fmt::format(
      "{} word lines x {} bit lines; segments {:g} and {:g} ohm, terminals {:g} and {:g} ohm\n\n",
      grid.conductances.cols(), grid.conductances.rows(), wires.row_segment, wires.column_segment,
      wires.row_terminal, wires.column_terminal);
  out += fmt::format("{:>8}{:>20}{:>20}{:>11}{:>20}\n", "bit line", "current (A)",
                     "without wires (A)", "ratio", "approximate (A)");
  std::vector<double> approximate, lost;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const Column& c = columns[j];
    out += fmt::format("{:>8}{:>20.10e}{:>20.10e}{:>11.6f}{:>20.10e}\n", j, c.exact, c.ideal,
                       c.ratio(), c.approximate);
    approximate.push_back(std::abs(c.approximate - c.exact) / std::abs(c.exact));
    lost.push_back(std::abs(c.ideal - c.exact) / std::abs(c.exact));
  }
  out += fmt::format(
      "\nThe wires change the currents by {:.2e} (median), the approximation misses the exact ones "
      "by {:.2e} (median).\n",
      median(lost), median(approximate));
  if (grid.currents.size() > 0) {
    double most = 0;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      most =
          std::max(most, std::abs(columns[j].exact - grid.currents[static_cast<Eigen::Index>(j)]));
    }
    out += fmt::format("Largest difference from the currents in the file: {:.1e} of the largest.\n",
                       most / grid.currents.cwiseAbs().maxCoeff());
  }
  return out;
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()("format",
                             po::value<std::string>()->default_value("table")->value_name("FORMAT"),
                             "table or csv");
  line.positional = {"GRID.csv"};
  line.notes =
      "A grid is a CSV file of rows `V,<volts of the word lines>`, `G,i,<siemens of word line i>`\n"
      "and `r_row,<ohm a segment>`, `r_col`, `r_row_term`, `r_col_term`, of which those that are\n"
      "missing are 0 ohm; `row_ends,both` and `col_ends,both` connect the far ends of the lines "
      "as\n"
      "well.\n";
  line.words["format"] = {"table", "csv"};
  return line;
}

int run_wires(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments parsed = parse_arguments(command, arguments);
  if (parsed.help) return 0;
  const std::string format = parsed.word("format");
  const WireGrid grid = read_wire_grid(required(parsed, "GRID.csv"));
  const std::vector<Column> columns = solve(grid);
  std::cout << (format == "csv" ? csv(columns) : table(grid, columns));
  return 0;
}

}  // namespace

extern const Command wires_command{"wires", "GRID.csv [--format csv]",
                                   "solves a resistive grid: bit-line currents with and without "
                                   "wires",
                                   line, run_wires};

}  // namespace memtrain
