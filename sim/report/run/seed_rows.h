#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sim/record/run_record.h"
#include "sim/record/table.h"

// What the tables of a run have in common: every row belongs to an arm and a seed. Texts and
// numbers of rows are views into the record.
namespace memtrain {

/// Whose row it is.
struct SeedRow {
  std::string_view arm;
  std::int64_t seed;
};

/// Calls visit(whose, arm, seed) for every arm and seed.
template <class Visit>
void for_seeds(const RunRecord& run, Visit visit) {
  for (const ArmRecord& arm : run.arms) {
    for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
      visit(SeedRow{arm.name, run.seeds.at(s)}, arm, arm.seeds[s]);
    }
  }
}

/// A table with the columns that tell whose row it is.
template <class Row>
Table table_of(const std::vector<Row>& rows) {
  Table table;
  add_column<std::string>(table, rows, "arm", "1", "arm", &Row::arm);
  add_column<std::int64_t>(table, rows, "seed", "1", "seed", &Row::seed);
  return table;
}

/// Adds the column of a layer's name.
template <class Row>
void add_layers(Table& table, const std::vector<Row>& rows) {
  add_column<std::string>(table, rows, "layer", "1", "layer", &Row::layer);
}

}  // namespace memtrain
