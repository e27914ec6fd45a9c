#include "sim/report/schema_page.h"

#include <fmt/format.h>

#include "sim/record/layout.h"
#include "sim/sweep/table.h"

namespace memtrain {
namespace {

constexpr auto head = R"(# What the files hold

Made by `memtrain schema`, from the code that writes them. Every dataset has the attributes `units` and
`long_name` and a dimension scale on every axis. NaN: not reached, not measured, or not known.

## Result file (schema `memtrain/1`)

ARM and LAYER stand for the names of arms and layers. Groups that have nothing to tell are left out:
`baselines` without any, `wear` where pulses are not counted (`record.pulse_counts`), `conductance` where
devices have no range in siemens, `confusion` where there are no classes, `weights` without `record.weights`.

)";

std::string attributes(const std::string& group, const std::vector<AttributeFacts>& facts) {
  std::string text = fmt::format("| attribute of `{}` | |\n|---|---|\n", group);
  for (const AttributeFacts& fact : facts) {
    text += fmt::format("| `{}` | {} |\n", fact.name, fact.what);
  }
  return text + "\n";
}

std::string datasets(const std::vector<h5::DatasetFacts>& facts) {
  std::string text = "| dataset | axes | type | units | |\n|---|---|---|---|---|\n";
  for (const h5::DatasetFacts& fact : facts) {
    text += fmt::format("| `/{}` | {} | {} | {} | {} |\n", fact.path,
                        fact.is_scale ? "an axis" : fmt::format("{}", fmt::join(fact.axes, ", ")),
                        fact.type, fact.units, fact.long_name);
  }
  return text + "\n";
}

std::string columns() {
  std::string text =
      "## Table of a sweep (`sweep.h5`, schema `memtrain-sweep/1`)\n\n"
      "A row for each point, arm and seed, along the axis `row`; a column for each axis of the "
      "sweep, named "
      "by its key, stands behind `point`. `scenario` and `merged` are attributes.\n\n"
      "| column | units | |\n|---|---|---|\n";
  for (const TableColumn& column : sweep_table({}, {}).columns) {
    text += fmt::format("| `{}` | {} | {} |\n", column.name, column.units, column.long_name);
  }
  return text;
}

}  // namespace

std::string schema_page() {
  const ResultLayout layout = result_layout();
  return head + attributes("/", layout.of_file) + attributes("/arms/ARM", layout.of_arm) +
         datasets(layout.datasets) + columns();
}

}  // namespace memtrain
