#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "sim/base/atomic_file.h"
#include "sim/base/new_folder.h"
#include "sim/report/csv.h"
#include "sim/report/run/run_tables.h"
#include "sim/report/summary.h"
#include "sim/sweep/table.h"
#include "tests/record_fixture.h"
#include "tests/sweep_fixture.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Contains;

namespace {

using Fields = std::vector<std::string>;

/// The lines of a CSV text, as RFC 4180 has them.
std::vector<Fields> parse_csv(const std::string& text) {
  std::vector<Fields> lines;
  Fields line;
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool twice = quoted && text.compare(i, 2, "\"\"") == 0;
    if (text[i] == '"' && !twice) {
      quoted = !quoted;
    } else if (quoted || (text[i] != ',' && text[i] != '\n')) {
      field += text[i];
      i += twice ? 1 : 0;
    } else {
      line.push_back(std::exchange(field, {}));
      if (text[i] == '\n') lines.push_back(std::exchange(line, {}));
    }
  }
  CHECK(field.empty());
  CHECK(line.empty());
  return lines;
}

/// A table as somebody reads it from its file.
struct ReadTable {
  Fields header;
  std::vector<Fields> rows;

  /// The cell of a column in the only row that begins with these fields.
  [[nodiscard]] std::string cell(const Fields& beginning, const std::string& column) const {
    const auto at = std::find(header.begin(), header.end(), column);
    if (at == header.end()) return "no column " + column;
    const auto begins = [&](const Fields& row) {
      return std::equal(beginning.begin(), beginning.end(), row.begin());
    };
    if (std::count_if(rows.begin(), rows.end(), begins) != 1) return "not one such row";
    return (*std::find_if(rows.begin(), rows.end(),
                          begins))[static_cast<std::size_t>(at - header.begin())];
  }
  [[nodiscard]] double number(const Fields& beginning, const std::string& column) const {
    INFO(column << ": " << cell(beginning, column));
    return std::stod(cell(beginning, column));
  }
};

ReadTable read_back(const Table& table) {
  std::vector<Fields> lines = parse_csv(table_csv(table));
  ReadTable read{lines.at(0), {lines.begin() + 1, lines.end()}};
  for (const Fields& row : read.rows) REQUIRE(row.size() == read.header.size());
  return read;
}

std::map<std::string, ReadTable> read_all(const RunRecord& run, WeightTable weights) {
  std::map<std::string, ReadTable> all;
  for (const NamedTable& table : run_tables(run, weights)) {
    all[table.name] = read_back(table.table);
  }
  return all;
}

}  // namespace

TEST_CASE("a run's tables have a row for each observation", "[export]") {
  std::map<std::string, std::size_t> rows;
  for (const auto& [name, table] : read_all(complete_run(), WeightTable::with)) {
    rows[name] = table.rows.size();
  }
  const std::size_t summary =
      parse_csv(table_csv(summary_rows(summarise(complete_run())))).size() - 1;
  CHECK(rows == std::map<std::string, std::size_t>{
                    {"run", 10},
                    {"arms", 2},
                    {"baselines", 2},
                    {"summary", summary},
                    {"epochs", 2 * 3 * 4},
                    {"layers", (2 + 1) * 3 * 4},
                    {"costs", 2 * 3 * 4 * 3 * 2},
                    {"confusion", 3 * (3 * 3 + 2 * 2)},
                    {"conductance", 3 * (2 + 1) * 2 * ConductanceHistogram::bins},
                    {"wear", 3 * (2 + 1) * 33},
                    {"weights", 3 * (5 * 4 + 3 * 5 + 2 * 6)},
                });
}

TEST_CASE("numbers in the tables are the record's to the last digit", "[export]") {
  RunRecord run = complete_run();
  run.arms[1].seeds[2].epochs[3].test_loss = 0.1 + 0.2;
  run.arms[0].seeds[1].epochs[2].energy = 1.0 / 3e12;
  const auto tables = read_all(run, WeightTable::with);
  const Fields wide{"bp wide", "9007199254740993", "3"};
  const ReadTable& epochs = tables.at("epochs");
  CHECK(epochs.number(wide, "test_loss") == 0.1 + 0.2);
  CHECK(epochs.number({"ftp", "-1", "2"}, "energy") == 1.0 / 3e12);
  for (const auto& metric : epoch_metrics()) {
    const std::string path = metric.path;
    const std::string name = path.starts_with(cost_group) ? path.substr(cost_group.size()) : path;
    CHECK(epochs.number({"ftp", "7", "1"}, name) == run.arms[0].seeds[0].epochs[1].*metric.value);
  }
  const EpochRecord& epoch = run.arms[0].seeds[1].epochs[2];
  for (const auto& metric : layer_metrics()) {
    CHECK(tables.at("layers").number({"ftp", "-1", "2", "alpha"}, metric.path) ==
          epoch.layers[1].*metric.value);
  }
  for (const auto& metric : phase_cost_metrics()) {
    CHECK(tables.at("costs").number({"ftp", "-1", "2", "größe", "update"}, metric.path) ==
          epoch.costs[3].*metric.value);
  }
}

TEST_CASE("what is known at the end of training is told by arm, seed and layer", "[export]") {
  const RunRecord run = complete_run();
  const auto tables = read_all(run, WeightTable::with);
  CHECK(tables.at("confusion").number({"ftp", "7", "2", "1"}, "samples") == 21);
  const ReadTable& conductance = tables.at("conductance");
  CHECK(conductance.number({"ftp", "-1", "alpha", "0", "0.5"}, "devices") == 2000.5);
  CHECK(conductance.number({"ftp", "-1", "alpha", "1", "0.25"}, "devices") == 4);
  CHECK(tables.at("wear").number({"bp wide", "7", "only", "3"}, "devices") == 4);
  CHECK(tables.at("wear").number({"bp wide", "7", "only", "4294967295"}, "devices") == 0);
  const float weight = run.arms[0].seeds[1].weights[0](4, 3);
  CHECK(tables.at("weights").number({"ftp", "-1", "zeta", "4", "3"}, "weight") == double{weight});
  CHECK(tables.at("baselines").number({"last value", "test_mse"}, "value") == 0.125);
}

TEST_CASE("arms and the run are told in words and counts", "[export]") {
  RunRecord run = complete_run();
  run.arms[0].seeds[2].finished = false;
  run.arms[0].seeds[2].diverged = true;
  run.arms[0].device = "reram, \"sb\"";
  const std::vector<NamedTable> tables = run_tables(run, WeightTable::without);
  const auto csv_of = [&](std::string_view name) {
    const auto at = std::find_if(tables.begin(), tables.end(),
                                 [&](const NamedTable& table) { return table.name == name; });
    return table_csv(at->table);
  };
  CHECK(csv_of("arms") ==
        "arm,rule,device,classes,layers,weights,seeds_finished,seeds_diverged\n"
        "ftp,ftp,\"reram, \"\"sb\"\"\",3,2,35,2,1\n"
        "bp wide,bp,ideal,2,1,12,3,0\n");
  CHECK_THAT(csv_of("run"), Catch::StartsWith("name,value\ntitle,Größe ± Maß\n"
                                              "comment,\"Größer?\nJa.\"\nstatus,complete\n"));
  CHECK_THAT(csv_of("run"),
             Contains("\ncommand,\"memtrain run x.toml --set 'title=\"\"ü\"\"'\"\n"));
  CHECK(csv_of("summary") == table_csv(summary_rows(summarise(run))));
}

TEST_CASE("what is unknown is empty", "[export]") {
  RunRecord run = complete_run();
  run.arms[0].seeds[0].epochs[0].validation_loss = not_reached;
  CHECK(read_all(run, WeightTable::without)
            .at("epochs")
            .cell({"ftp", "7", "0"}, "validation_loss")
            .empty());
  Table table;
  const std::vector<double> rows{not_reached, 0, -2.5e-300};
  add_column<double>(table, rows, "a,b", "1", "", [](double value) { return value; });
  add_column<std::int64_t>(table, rows, "c", "1", "", [](double) { return -7; });
  CHECK(table_csv(table) == "\"a,b\",c\n,-7\n0,-7\n-2.5e-300,-7\n");
}

TEST_CASE("every column of every table is described", "[export]") {
  const std::vector<NamedTable> tables = run_tables(complete_run(), WeightTable::with);
  const NamedTable described = columns_table(tables);
  CHECK(described.name == "columns");
  const ReadTable columns = read_back(described.table);
  CHECK(columns.header == Fields{"table", "column", "units", "long_name"});
  std::size_t count = 0;
  for (const NamedTable& table : tables) {
    for (const std::string& column : read_back(table.table).header) {
      ++count;
      CHECK(columns.cell({table.name, column}, "long_name").size() > 1);
    }
  }
  CHECK(columns.rows.size() == count);
  CHECK(columns.cell({"conductance", "conductance"}, "units") == "S");
  CHECK(columns.cell({"epochs", "energy"}, "units") == "J");
}

TEST_CASE("a table without rows is left out", "[export]") {
  RunRecord run = complete_run();
  run.baselines.clear();
  for (ArmRecord& arm : run.arms) {
    for (SeedRecord& seed : arm.seeds) seed = seed_record(arm, 2, 1.0F, false);
  }
  std::set<std::string> names;
  for (const NamedTable& table : run_tables(run, WeightTable::with)) names.insert(table.name);
  CHECK(names == std::set<std::string>{"run", "arms", "summary", "epochs", "layers", "costs"});
  for (const NamedTable& table : run_tables(complete_run(), WeightTable::without)) {
    CHECK(table.name != "weights");
  }
}

TEST_CASE("a sweep's points have the columns of its table, with and without a result", "[export]") {
  const test::Folder place;
  const SweepFolder folder(place.path / "sweep");
  const Plan plan = plan_of({"train.epochs=1,2"});
  folder.make();
  RunRecord second = complete_run();
  second.scenario = read_scenario(plan.scenario, plan.overrides(1)).toml;
  write_result(second, folder.result(1).string());
  const ReadTable points = read_back(sweep_table(plan, sweep_rows(plan, folder, 1)));
  REQUIRE(points.rows.size() == 1 + 2 * 3);
  CHECK(Fields(points.header.begin(), points.header.begin() + 4) ==
        Fields{"point", "train.epochs", "arm", "seed"});
  CHECK(points.cell({"0"}, "status") == "waiting");
  CHECK(points.cell({"0"}, "final_test_accuracy").empty());
  CHECK(points.cell({"0"}, "path").empty());
  const Fields wide{"1", "2", "bp wide", "-1"};
  CHECK(points.cell(wide, "path") == "points/000001.h5");
  CHECK(points.number(wide, "macs") == complete_run().arms[1].seeds[1].epochs[3].macs);
}

TEST_CASE("a folder is made whole or not at all", "[export]") {
  const test::Folder place;
  const fs::path made = place.path / "made";
  const auto fill = [](const fs::path& part) { replace_file(part / "a.csv", "a\n1\n"); };
  const auto fail = [&](const fs::path& part) {
    fill(part);
    replace_file(part / "no such folder" / "b.csv", "b\n");
  };
  CHECK(failure_of([&] { make_folder(made, fail); }).first == static_cast<int>(Failure::output));
  CHECK(files_in(place.path) == 0);
  fs::create_directory(made);  // an empty folder is no hindrance, nor is a slash behind its name
  make_folder(place / "made/", fill);
  CHECK(bytes_of((made / "a.csv").string()) == "a\n1\n");
  CHECK(files_in(place.path) == 1);
}

TEST_CASE("a folder that exists is refused and left as it is", "[export]") {
  const test::Folder place;
  write_bytes(place / "mine", "precious");
  const auto nothing = [](const fs::path&) {};
  const std::string words = ": exists already (choose another folder)";
  const int usage = static_cast<int>(Failure::usage);
  for (const std::string& name : {place.path.string(), place / "mine"}) {
    CHECK(failure_of([&] { make_folder(name, nothing); }) == std::pair(usage, name + words));
  }
  CHECK(bytes_of(place / "mine") == "precious");
  CHECK(files_in(place.path) == 1);
}

TEST_CASE("a folder that cannot be made is told with its name and the reason", "[export]") {
  const test::Folder place;
  const auto nothing = [](const fs::path&) {};
  const auto [kind, message] = failure_of([&] { make_folder(place / "none/made", nothing); });
  CHECK(kind == static_cast<int>(Failure::output));
  CHECK(message == place / "none/made" + ": cannot make the folder (No such file or directory)");
  if (geteuid() == 0) return;  // root may write anywhere
  fs::permissions(place.path, fs::perms::owner_read | fs::perms::owner_exec);
  CHECK_THAT(failure_of([&] { make_folder(place / "made", nothing); }).second,
             Contains("Permission denied"));
  fs::permissions(place.path, fs::perms::owner_all);
}
