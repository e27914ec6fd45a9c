#include <catch2/catch.hpp>
#include <cmath>

#include "sim/report/cost_report.h"
#include "sim/report/markdown.h"
#include "sim/report/sweep/sweep_markdown.h"
#include "tests/sweep_fixture.h"
#include "tests/text_lines.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Contains;

namespace {

/// Two epochs of two layers; angles of the hidden one: 90, then `angle`.
SeedRecord seed_with(double accuracy, double angle) {
  SeedRecord seed;
  seed.epochs.resize(2);
  for (EpochRecord& epoch : seed.epochs) {
    epoch.layers.resize(2);
    epoch.layers[0].alignment_angle = 90;
  }
  seed.epochs[1].test_accuracy = accuracy;
  seed.epochs[1].layers[0].alignment_angle = angle;
  seed.epochs[1].macs = 2e6;
  seed.finished = true;
  return seed;
}

ArmRecord arm_with(const std::string& name, const std::vector<SeedRecord>& seeds) {
  return {
      .name = name, .rule = name, .layers = {{"dense1", 3, 4}, {"dense2", 2, 3}}, .seeds = seeds};
}

RunRecord run_with(const std::vector<ArmRecord>& arms) {
  RunRecord run{
      .git_commit = "abc123", .status = RunStatus::complete, .seeds = {4, 5}, .epochs = 1};
  run.processor = "Vector 9000";
  run.started = "2026-01-02T03:04:05Z";
  run.arms = arms;
  return run;
}

}  // namespace

TEST_CASE("a table in Markdown has a rule below its headings and no bars within cells") {
  const std::vector<TextColumn> columns = {
      {"name", false, {"a|b", "c"}}, {"", false, {"", ""}}, {"%", true, {"1", "22"}}};
  CHECK(markdown_table(columns) == "| name | % |\n| --- | ---: |\n| a\\|b | 1 |\n| c | 22 |\n");
  CHECK(markdown_table({}).empty());
}

TEST_CASE("a run in Markdown compares each arm with the first and says where it comes from") {
  const RunRecord run = run_with({arm_with("bp", {seed_with(0.9, 0), seed_with(0.92, 0)}),
                                  arm_with("ftp", {seed_with(0.88, 50), seed_with(0.91, 60)})});
  const std::string text = run_markdown(run);
  CHECK_THAT(line_of(text, "| bp "),
             Contains("91.00 ± 1.41") && Contains("0°") && Contains("2.00 M"));
  CHECK_THAT(line_of(text, "| ftp "),
             Contains("89.50 ± 2.12") && Contains("-1.50 [-7.85, +4.85]") && Contains("55°"));
  CHECK_THAT(text, Contains("commit abc123 · seeds 4, 5 · Vector 9000 · 2026-01-02\n"));
  CHECK_THAT(text, !Contains("Status"));
}

TEST_CASE("a run in Markdown that is not over says so") {
  RunRecord run = run_with({arm_with("bp", {seed_with(0.9, 0)})});
  run.status = RunStatus::interrupted;
  CHECK_THAT(run_markdown(run), Contains("Status: interrupted. commit abc123"));
}

TEST_CASE("a sweep in Markdown has a row a place with what was tuned, and all commits") {
  Plan plan{.scenario = scenario, .folder = "/tmp"};
  plan.axes = read_axes(scenario, {"train.batch=4,6"}, {"train.learning_rate=0.1,0.2"});
  lay_points(plan, 0);
  std::vector<SweepRow> rows;
  for (std::size_t point = 0; point < 4; ++point) {
    for (const std::int64_t seed : {1, 2}) {
      const double good = 0.25 + 0.125 * plan.point(point)[1] + 0.03125 * static_cast<double>(seed);
      for (const char* arm : {"bp", "ftp"}) {
        SweepRow row{.point = point,
                     .arm = arm,
                     .seed = seed,
                     .commit = point < 3 ? "one" : "two",
                     .status = "complete"};
        row.last.test_accuracy = row.last.validation_accuracy = good;
        if (row.arm == "ftp") row.last.test_accuracy += 0.01 * static_cast<double>(seed);
        rows.push_back(row);
      }
    }
  }
  RunRecord first;
  first.started = "2026-01-02T03:04:05Z";
  const std::string text = sweep_markdown(places_of(plan, rows), first);
  CHECK_THAT(text, Contains("| train.batch | bp, % | ftp, % | ftp minus bp |\n"));
  CHECK_THAT(line_of(text, "| 4 "),
             Contains("42.19 ± 2.21 (0.2)") && Contains("+1.50 [-4.85, +7.85]"));
  CHECK_THAT(text, Contains("In brackets `train.learning_rate`, chosen for each arm and row by "
                            "validation accuracy."));
  CHECK_THAT(text, Contains("commit one, two · seeds 1, 2 · 2026-01-02\n"));
}

TEST_CASE("costs become a row an arm, with the sheet's totals below", "[markdown]") {
  ArmCost cost{.arm = "a", .rule = "bp", .sheet_macs = {{"BP", 12.0}, {"FTP", 3456.0}}};
  cost.total.macs = 2e6;
  cost.total.energy = std::nan("");  // of nobody, so that it has no column
  cost.total.latency = 3e-3;
  PhaseCost none;
  none.macs = 0;
  cost.by_phase.assign(cost_phases.size(), none);
  cost.by_phase.front().macs = 1.5e6;
  cost.by_phase.back().macs = 0.5e6;
  cost.parameters = 1200;
  CHECK_THAT(
      cost_markdown({cost}),
      Contains("| a | bp | 2.00 M | 1.50 M | 500 k | 3.00 ms | 1.20 k |\n") &&
          Contains("\n\n| MACs by the sheet, network of | BP | FTP |\n| --- | ---: | ---: |\n"
                   "| a | 12 | 3456 |\n"));
}
