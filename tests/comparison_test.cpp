#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/report/comparison/comparison.h"
#include "sim/report/text_table.h"
#include "tests/comparison_fixture.h"
#include "tests/text_lines.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Contains;

namespace {

std::string message_of(const RunRecord& a, const RunRecord& b,
                       const std::vector<ArmPair>& pairs = {}) {
  try {
    (void)compare_runs(a, b, pairs);
  } catch (const Error& error) {
    CHECK(error.kind == Failure::usage);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("two runs are paired by the values of their seeds, not by their places") {
  const RunRecord a = run_with({5, 6, 7, 8}, {arm_with("x", {0.9, 0.10, 0.20, 0.30})});
  const RunRecord b = run_with({8, 7, 6, 4}, {arm_with("x", {0.33, 0.22, 0.11, 0.7})});
  const RunComparison comparison = compare_runs(a, b);
  CHECK(comparison.common_seeds == Seeds{6, 7, 8});
  const MetricComparison& accuracy = *comparison.arms.at(0).find("test_accuracy");
  CHECK(accuracy.a.values.size() == 4);
  CHECK(accuracy.a.mean == Approx(0.375));
  CHECK(accuracy.b.mean == Approx(0.34));
  // differences 0.01, 0.02 and 0.03; with two degrees of freedom the quantile is 4.3027
  CHECK(accuracy.difference.pairs == 3);
  CHECK(accuracy.difference.mean == Approx(0.02));
  CHECK(accuracy.difference.low == Approx(0.02 - 0.01 * 4.302653 / std::sqrt(3.0)));
  CHECK(accuracy.difference.high == Approx(0.02 + 0.01 * 4.302653 / std::sqrt(3.0)));
  CHECK_FALSE(accuracy.difference.significant);
  CHECK_FALSE(accuracy.same);
}

TEST_CASE("a difference between runs is B minus A, with the interval of Student's t") {
  const RunRecord a = run_with({0, 1, 2}, {arm_with("x", {10, 20, 30}, &EpochRecord::test_mse)});
  const RunRecord b = run_with({0, 1, 2}, {arm_with("x", {11, 22, 33}, &EpochRecord::test_mse)});
  const PairedTest test = compare_runs(a, b).arms.at(0).find("test_mse")->difference;
  CHECK(test.mean == Approx(2));
  CHECK(test.low == Approx(2 - 4.302653 / std::sqrt(3.0)));
  CHECK(test.high == Approx(2 + 4.302653 / std::sqrt(3.0)));
  // t = 2√3 with two degrees of freedom: p = 1 − t/√(t² + 2)
  CHECK(test.p == Approx(1 - std::sqrt(12.0 / 14.0)));
  const std::string table = comparison_table(compare_runs(a, b));
  CHECK_THAT(line_of(table, "arm"), Contains("test MSE"));
  CHECK_THAT(line_of(table, "B - A"),
             Contains("+2  [-0.484, +4.48]      3  0.074  not significant"));
}

TEST_CASE("runs without a common seed have a difference of means and no interval") {
  const RunRecord a = run_with({0, 1}, {arm_with("x", {0.5, 0.6})});
  const RunRecord b = run_with({2, 3}, {arm_with("x", {0.7, 0.9})});
  const RunComparison comparison = compare_runs(a, b);
  CHECK(comparison.common_seeds.empty());
  const PairedTest& test = comparison.arms.at(0).find("test_accuracy")->difference;
  CHECK(test.mean == Approx(0.25));
  CHECK(test.pairs == 0);
  CHECK(std::isnan(test.low));
  CHECK(std::isnan(test.p));
  const std::string table = comparison_table(comparison);
  CHECK_THAT(line_of(table, "B - A"), Contains("+25.00") && Contains("no seed in both"));
  CHECK_THAT(table, Contains("in both: 0 seeds"));
  const auto json = nlohmann::json::parse(comparison_json(comparison));
  const auto& difference = json["arms"][0]["metrics"]["test_accuracy"]["difference"];
  CHECK(difference["low"].is_null());
  CHECK(difference["significant"].is_null());
}

TEST_CASE("a seed that has no value in one run is no pair") {
  const RunRecord a = run_with({0, 1, 2}, {arm_with("x", {0.5, not_reached, 0.7})});
  const RunRecord b = run_with({0, 1, 2}, {arm_with("x", {0.6, 0.9, 0.8})});
  const MetricComparison metric = *compare_runs(a, b).arms.at(0).find("test_accuracy");
  CHECK(metric.difference.pairs == 2);
  CHECK(metric.difference.mean == Approx(0.1));
}

TEST_CASE("a number that one run does not know is not compared") {
  const RunRecord a = run_with({0}, {arm_with("x", {0.5})});
  const RunRecord b = run_with({0}, {arm_with("x", {0.5}, &EpochRecord::test_loss)});
  const RunComparison comparison = compare_runs(a, b);
  CHECK(comparison.arms.at(0).metrics.empty());
  CHECK_FALSE(comparison.arms.at(0).same);
  CHECK_THAT(comparison_table(comparison), Contains("no number is known in both"));
}

TEST_CASE("the p of each metric is corrected for the number of arms that are compared") {
  const auto run = [](double more) {
    return run_with({0, 1, 2}, {arm_with("x", {0.1 + 2 * more, 0.1 + 3 * more, 0.1 + 4 * more}),
                                arm_with("y", {0.1 + 2 * more, 0.1 + 3 * more, 0.1 + 4 * more})});
  };
  const RunComparison comparison = compare_runs(run(0), run(0.01));
  for (const ArmComparison& arm : comparison.arms) {
    const MetricComparison& metric = *arm.find("test_accuracy");
    CHECK(metric.difference.significant);
    CHECK(metric.difference.p == Approx(1 - std::sqrt(27.0 / 29.0)));
    CHECK(metric.holm_p == Approx(2 * metric.difference.p));
  }
  // 0.035 holds for one arm, 0.07 does not for two
  CHECK_THAT(line_of(comparison_table(comparison), "B - A"), Contains("not among 2 (Holm)"));
}

TEST_CASE("an arm that is the same in all does not make another less sure") {
  const auto run = [](double more) {
    return run_with({0, 1, 2}, {arm_with("x", {0.1 + 2 * more, 0.1 + 3 * more, 0.1 + 4 * more}),
                                arm_with("y", {0.1, 0.2, 0.3})});
  };
  const RunComparison comparison = compare_runs(run(0), run(0.01));
  const MetricComparison& metric = *comparison.arms.at(0).find("test_accuracy");
  CHECK(metric.holm_p == metric.difference.p);
  CHECK(std::isnan(comparison.arms.at(1).find("test_accuracy")->holm_p));
  CHECK_THAT(line_of(comparison_table(comparison), "B - A"), Contains("0.035  significant"));
}

TEST_CASE("arms of a run that is not over get no verdict at other epochs") {
  const RunRecord a = run_with({0, 1, 2}, {arm_with("x", {0.1, 0.2, 0.3})});
  RunRecord b = run_with({0, 1, 2}, {arm_with("x", {0.4, 0.5, 0.7})});
  for (SeedRecord& seed : b.arms[0].seeds) seed.epochs.push_back(seed.epochs.back());
  CHECK(compare_runs(a, b).arms.at(0).comparable);
  b.status = RunStatus::interrupted;
  const RunComparison comparison = compare_runs(a, b);
  const MetricComparison& metric = *comparison.arms.at(0).find("test_accuracy");
  CHECK(metric.difference.mean == Approx(1.0 / 3));
  CHECK(std::isnan(metric.difference.p));
  CHECK_THAT(line_of(comparison_table(comparison), "B - A"), Contains("at different epochs"));
}

TEST_CASE("identical runs have the same in every number and every setting") {
  RunRecord a = run_with({0, 1}, {arm_with("x", {0.5, 0.6})});
  RunRecord b = run_with({1, 0}, {arm_with("x", {0.6, 0.5})});
  a.arms[0].seeds[0].epochs[0].wall_seconds = 1;
  b.arms[0].seeds[1].epochs[0].wall_seconds = 2;
  const RunComparison comparison = compare_runs(a, b);
  CHECK(comparison.arms.at(0).same);
  CHECK(comparison.settings.empty());
  const std::string table = comparison_table(comparison);
  CHECK_THAT(table, Contains("\nevery number is the same\n"));
  CHECK_THAT(table, Contains("\nall settings are the same\n"));
  CHECK_THAT(line_of(table, "B - A"), Contains("the same"));
  CHECK_THAT(line_of(table, "  wall time"), Contains("1.00 s  2.00 s  ×2.00"));
}

TEST_CASE("runs that have only some seeds in common may be the same in those") {
  RunRecord a = run_with({0, 1, 2}, {arm_with("x", {0.5, 0.6, 0.7})});
  RunRecord b = run_with({3, 2, 1}, {arm_with("x", {0.9, 0.7, 0.6})});
  a.arms[0].seeds[1].epochs[0].macs = b.arms[0].seeds[2].epochs[0].macs = 5;
  CHECK(compare_runs(a, b).arms.at(0).same);
  const std::string table = comparison_table(compare_runs(a, b));
  CHECK_THAT(table, Contains("\nevery number of the seeds in both is the same\n"));
  CHECK_THAT(table, !Contains("MACs"));
  b.arms[0].seeds[2].epochs[0].macs = 6;
  CHECK_FALSE(compare_runs(a, b).arms.at(0).same);
}

TEST_CASE("runs with the same last numbers differ if an earlier epoch does") {
  RunRecord a = run_with({0}, {arm_with("x", {0.5})});
  a.arms[0].seeds[0].epochs.push_back(a.arms[0].seeds[0].epochs[0]);
  RunRecord b = a;
  CHECK(compare_runs(a, b).arms.at(0).same);
  b.arms[0].seeds[0].epochs[0].test_accuracy = std::nextafter(0.5, 1.0);
  const ArmComparison arm = compare_runs(a, b).arms.at(0);
  CHECK_FALSE(arm.same);
  CHECK(arm.find("test_accuracy")->same);
}

TEST_CASE("by default the arms that both runs have by name are compared, the others named") {
  const RunRecord a = run_with({0}, {arm_with("x", {0.5}), arm_with("y", {0.5})});
  const RunRecord b = run_with({0}, {arm_with("z", {0.5}), arm_with("y", {0.6})});
  const RunComparison comparison = compare_runs(a, b);
  REQUIRE(comparison.arms.size() == 1);
  CHECK(comparison.arms[0].arms == ArmPair{"y", "y"});
  CHECK(comparison.only_in_a == std::vector<std::string>{"x"});
  CHECK(comparison.only_in_b == std::vector<std::string>{"z"});
  CHECK_THAT(comparison_table(comparison), Contains("only in A: x\nonly in B: z\n"));
}

TEST_CASE("arms of different names are compared when they are named") {
  const RunRecord a = run_with({0}, {arm_with("x", {0.5}), arm_with("y", {0.5})});
  const RunRecord b = run_with({0}, {arm_with("z", {0.75}), arm_with("y", {0.6})});
  const RunComparison comparison = compare_runs(a, b, {{"x", "z"}});
  REQUIRE(comparison.arms.size() == 1);
  CHECK(comparison.arms[0].find("test_accuracy")->difference.mean == 0.25);
  CHECK(comparison.only_in_a.empty());
  CHECK(comparison.only_in_b.empty());
  const std::string table = comparison_table(comparison);
  CHECK_THAT(line_of(table, "A  x"), Contains("50.00"));
  CHECK_THAT(line_of(table, "B  z"), Contains("75.00"));
}

TEST_CASE("runs without a common arm are refused, and so are unknown arms") {
  const RunRecord a = run_with({0}, {arm_with("a", {0.5}), arm_with("b", {0.5})});
  const RunRecord b = run_with({0}, {arm_with("c", {0.5}), arm_with("digital", {0.5})});
  CHECK(message_of(a, b) ==
        "no arm is in both: A has a, b; B has c, digital (say which with --arm NAME=NAME)");
  CHECK(message_of(a, run_with({0}, {})) ==
        "no arm is in both: A has a, b; B has none (say which with --arm NAME=NAME)");
  CHECK(message_of(a, b, {{"a", "digitl"}}) ==
        "--arm a=digitl: B has no arm 'digitl', did you mean 'digital'? (it has c, digital)");
  CHECK(message_of(a, b, {{"nothing", "c"}}) ==
        "--arm nothing=c: A has no arm 'nothing' (it has a, b)");
}

TEST_CASE("a run that is not complete is said to be so") {
  RunRecord a = run_with({0}, {arm_with("x", {0.5})});
  RunRecord b = a;
  b.status = RunStatus::interrupted;
  const std::string table = comparison_table(compare_runs(a, b));
  CHECK_THAT(table, Contains("\nB is interrupted: numbers are those so far\n"));
  CHECK_THAT(table, !Contains("A is"));
}

TEST_CASE("costs are told as how many times as much B has") {
  const RunRecord a = run_with({0, 1}, {arm_with("x", {2e6, 4e6}, &EpochRecord::write_pulses)});
  const RunRecord b = run_with({0, 1}, {arm_with("x", {3e6, 6e6}, &EpochRecord::write_pulses)});
  const RunComparison comparison = compare_runs(a, b);
  CHECK(comparison.arms.at(0).find("cost/write_pulses")->difference.mean == Approx(1.5e6));
  CHECK_THAT(line_of(comparison_table(comparison), "  write pulses"),
             Contains("3.00 M  4.50 M  ×1.50"));
}

TEST_CASE("a comparison as CSV has a row for each number and each setting that differs") {
  RunRecord a = run_with({0, 1}, {arm_with("x", {0.25, 0.5})});
  RunRecord b = run_with({1, 2}, {arm_with("y", {0.75, 0.25})});
  b.arms[0].settings = "rule = \"a, b\"";
  const auto lines = lines_of(comparison_csv(compare_runs(a, b, {{"x", "y"}})));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] ==
        "section,arm,arm_b,name,a,a_std,a_n,b,b_std,b_n,difference,low,high,pairs,p,holm_p");
  CHECK_THAT(lines[1], Catch::StartsWith("outcome,x,y,test_accuracy,0.375,0.176776") &&
                           Contains(",2,0.5,0.353553") && Catch::EndsWith(",2,0.25,,,1,,"));
  CHECK(lines[2] == "settings,,,rule,bp,,,\"a, b\",,,,,,,,");
  for (const std::string& line : {lines[0], lines[1]}) {
    CHECK(std::count(line.begin(), line.end(), ',') == 15);
  }
  CHECK(std::count(lines[2].begin(), lines[2].end(), ',') == 16);  // one is in quotes
}

TEST_CASE("a comparison as JSON parses back to its numbers") {
  const RunRecord a = run_with({0, 1, 2}, {arm_with("x", {0.5, 0.6, 0.7})});
  const RunRecord b = run_with({0, 1, 2}, {arm_with("x", {0.6, 0.65, 0.9})});
  const RunComparison comparison = compare_runs(a, b);
  const auto json = nlohmann::json::parse(comparison_json(comparison));
  CHECK(json["a"]["status"] == "complete");
  CHECK(json["b"]["seeds"] == Seeds{0, 1, 2});
  CHECK(json["only_in_a"].empty());
  CHECK(json["arms"][0]["a"] == "x");
  const auto& accuracy = json["arms"][0]["metrics"]["test_accuracy"];
  CHECK(accuracy["a"]["values"] == std::vector<double>{0.5, 0.6, 0.7});
  CHECK(accuracy["b"]["n"] == 3);
  const PairedTest& test = comparison.arms[0].find("test_accuracy")->difference;
  CHECK(accuracy["difference"]["mean"] == test.mean);
  CHECK(accuracy["difference"]["p"] == test.p);
  CHECK(accuracy["difference"]["significant"] == test.significant);
}
