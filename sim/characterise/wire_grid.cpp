#include "sim/characterise/wire_grid.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <sstream>

#include "sim/base/csv.h"
#include "sim/base/error.h"
#include "sim/base/file_bytes.h"

namespace memtrain {
namespace {

/// The keys that give a resistance, in both forms of file.
const std::map<std::string, double WireSettings::*, std::less<>> resistances{
    {"r_row", &WireSettings::row_segment},
    {"r_col", &WireSettings::column_segment},
    {"r_row_term", &WireSettings::row_terminal},
    {"r_col_term", &WireSettings::column_terminal}};

/// Whether lines are connected at one end or at both.
const std::map<std::string, std::string WireSettings::*, std::less<>> connected_ends{
    {"row_ends", &WireSettings::row_ends}, {"col_ends", &WireSettings::column_ends}};

/// The form whose rows begin with what they are.
class LabelledRows {
 public:
  explicit LabelledRows(const std::string& name) : name_(name) {
    std::error_code problem;
    std::istringstream file(file_text(name, problem));
    if (problem) fail("cannot be read (" + problem.message() + ")");
    for (std::string line; std::getline(file, line);) {
      ++line_;
      read(line);
    }
    line_ = 0;
    if (voltages_.empty()) fail("has no row V (the voltages of the word lines)");
    if (rows_.size() != voltages_.size()) {
      fail(fmt::format("has {} rows G for {} word lines", rows_.size(), voltages_.size()));
    }
    if (!wired_) {
      fail(
          "has no wire resistance (rows r_row and r_col, or a comment 'wire resistance R ohm per "
          "segment')");
    }
  }

  [[nodiscard]] WireGrid grid() const {
    WireGrid grid{.wires = wires_};
    const auto rows = static_cast<Eigen::Index>(rows_.size());
    const auto columns = static_cast<Eigen::Index>(rows_.begin()->second.size());
    grid.voltages = vector(voltages_);
    grid.currents = vector(currents_);
    grid.conductances.resize(columns, rows);
    for (const auto& [i, values] : rows_) grid.conductances.col(i) = vector(values);
    return grid;
  }

 private:
  void read(const std::string& line) {
    if (line.starts_with("#")) return read_comment(line);
    std::vector<std::string> fields = csv_fields(line);
    // spreadsheets fill rows up to the longest
    while (!fields.empty() && fields.back().empty()) fields.pop_back();
    if (fields.empty()) return;
    const std::string label = fields.front();
    if (const auto at = connected_ends.find(label); at != connected_ends.end()) {
      if (fields.size() != 2) fail(label + " needs one value");
      const std::string& which = fields[1];
      if (which != "one" && which != "both") fail(label + ": '" + which + "' is not one or both");
      wires_.*(at->second) = which;
      return;
    }
    if (label == "I_without_wires") return;  // it follows from V and G
    std::vector<double> values;
    for (std::size_t i = 1; i < fields.size(); ++i) values.push_back(number(fields[i]));
    if (const auto at = resistances.find(label); at != resistances.end()) {
      if (values.size() != 1) fail(label + " needs one value");
      wires_.*(at->second) = resistance(values[0]);
      wired_ = true;
    } else if (label == "V") {
      voltages_ = values;
    } else if (label == "I") {
      currents_ = values;
    } else if (label == "G") {
      add_conductances(values);
    } else {
      fail(
          fmt::format("unknown row '{}' (known: V, G, I, I_without_wires, r_row, r_col, "
                      "r_row_term, r_col_term, row_ends, col_ends)",
                      label));
    }
  }

  /// A comment may say the resistance of all lines: "wire resistance R ohm per segment".
  void read_comment(const std::string& line) {
    constexpr std::string_view before = "wire resistance ", after = "ohm per segment";
    const auto begin = line.find(before);
    if (begin == std::string::npos) return;
    const auto at = begin + before.size();
    const auto end = line.find(after, at);
    if (end == std::string::npos) return;
    wires_.row_segment = wires_.column_segment =
        resistance(number(trimmed(line.substr(at, end - at))));
    wired_ = true;
  }

  void add_conductances(const std::vector<double>& values) {
    if (values.size() < 2) fail("G needs the number of the word line and its conductances");
    const auto expected = static_cast<double>(rows_.size());
    if (values[0] != expected) {
      fail(fmt::format("word line {:g} where {:g} is expected", values[0], expected));
    }
    std::vector<double> row(values.begin() + 1, values.end());
    if (!rows_.empty() && row.size() != rows_.begin()->second.size()) {
      fail(fmt::format("{} conductances, but the first word line has {}", row.size(),
                       rows_.begin()->second.size()));
    }
    for (const double g : row) {
      if (g < 0) fail(fmt::format("{:g} is out of range [0, inf) (siemens)", g));
    }
    rows_[static_cast<Eigen::Index>(values[0])] = std::move(row);
  }

  [[nodiscard]] double number(const std::string& field) const {
    const std::optional<double> value = csv_number(field);
    if (!value) fail(fmt::format("'{}' is not a number", field));
    return *value;
  }
  [[nodiscard]] double resistance(double value) const {
    if (value < 0) fail(fmt::format("{:g} is out of range [0, inf) (ohm)", value));
    return value;
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(Failure::data, line_ > 0 ? fmt::format("{}:{}: {}", name_, line_, problem)
                                         : fmt::format("{}: {}", name_, problem));
  }
  static Eigen::VectorXd vector(const std::vector<double>& values) {
    return Eigen::VectorXd::Map(values.data(), static_cast<Eigen::Index>(values.size()));
  }

  std::string name_;
  std::size_t line_ = 0;
  WireSettings wires_;
  bool wired_ = false;
  std::vector<double> voltages_, currents_;
  std::map<Eigen::Index, std::vector<double>> rows_;
};

/// The form of several files that share the beginning of their names.
WireGrid read_case(const std::string& stem) {
  WireGrid grid;
  const CsvFile params(stem + "_params.csv");
  params.require({"key", "value"});
  const auto index = [](const CsvFile& file, std::size_t row, const std::string& column,
                        Eigen::Index size) {
    const double value = file.number(row, column);
    if (value < 0 || value >= static_cast<double>(size) || value != std::floor(value)) {
      file.fail(row, fmt::format("{}: {:g} is not a whole number below {}", column, value, size));
    }
    return static_cast<Eigen::Index>(value);
  };
  std::map<std::string, Eigen::Index> shape{{"m", 0}, {"n", 0}};
  for (std::size_t row = 0; row < params.rows(); ++row) {
    const std::string& key = params.text(row, "key");
    if (const auto at = resistances.find(key); at != resistances.end()) {
      grid.wires.*(at->second) = params.number(row, "value");
      if (grid.wires.*(at->second) < 0) params.fail(row, key + ": is below 0 (ohm)");
    } else if (shape.contains(key)) {
      shape[key] = index(params, row, "value", 100000);
    }
  }
  if (shape["m"] == 0 || shape["n"] == 0) params.fail("has no m and n above 0");
  const CsvFile inputs(stem + "_inputs.csv"), cells(stem + "_cells.csv");
  inputs.require({"row", "v_in_V"});
  cells.require({"row", "col", "r_cell_ohm"});
  // before room is made for them: a grid is as large as its file of crosspoints
  if (shape["m"] * shape["n"] > static_cast<Eigen::Index>(cells.rows())) {
    cells.fail(fmt::format("has {} crosspoints, fewer than {} x {}", cells.rows(), shape["m"],
                           shape["n"]));
  }
  grid.voltages = Eigen::VectorXd::Constant(shape["m"], std::nan(""));
  grid.conductances = Conductances::Constant(shape["n"], shape["m"], std::nan(""));
  for (std::size_t row = 0; row < inputs.rows(); ++row) {
    grid.voltages[index(inputs, row, "row", shape["m"])] = inputs.number(row, "v_in_V");
  }
  for (std::size_t row = 0; row < cells.rows(); ++row) {
    const double resistance = cells.number(row, "r_cell_ohm");
    if (resistance <= 0) cells.fail(row, "r_cell_ohm: is not above 0");
    grid.conductances(index(cells, row, "col", shape["n"]), index(cells, row, "row", shape["m"])) =
        1.0 / resistance;
  }
  if (grid.voltages.hasNaN()) inputs.fail("lacks the voltage of a word line");
  if (grid.conductances.hasNaN()) cells.fail("lacks the resistance of a crosspoint");
  if (std::filesystem::exists(stem + "_iout.csv")) {
    const CsvFile currents(stem + "_iout.csv");
    currents.require({"col", "i_out_A"});
    grid.currents = Eigen::VectorXd::Zero(shape["n"]);
    for (std::size_t row = 0; row < currents.rows(); ++row) {
      grid.currents[index(currents, row, "col", shape["n"])] = currents.number(row, "i_out_A");
    }
  }
  return grid;
}

}  // namespace

WireGrid read_wire_grid(const std::string& file) {
  const std::string ending = "_params.csv";
  if (file.ends_with(ending)) return read_case(file.substr(0, file.size() - ending.size()));
  WireGrid grid = LabelledRows(file).grid();
  if (grid.currents.size() > 0 && grid.currents.size() != grid.conductances.rows()) {
    throw Error(Failure::data, fmt::format("{}: has {} currents I for {} bit lines", file,
                                           grid.currents.size(), grid.conductances.rows()));
  }
  return grid;
}

}  // namespace memtrain
