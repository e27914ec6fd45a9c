#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/csv.h"
#include "sim/report/summary.h"
#include "sim/report/text_table.h"
#include "tests/text_lines.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Contains;

namespace {

SeedRecord seed_with(const std::vector<double>& test_accuracies) {
  SeedRecord seed;
  for (const double accuracy : test_accuracies) {
    EpochRecord epoch;
    epoch.test_accuracy = accuracy;
    seed.epochs.push_back(epoch);
  }
  return seed;
}

ArmRecord arm_with(const std::string& name, const std::vector<std::vector<double>>& seeds) {
  ArmRecord arm;
  arm.name = name;
  arm.rule = "rule of " + name;
  arm.device = "ideal";
  for (const auto& accuracies : seeds) arm.seeds.push_back(seed_with(accuracies));
  return arm;
}

RunRecord run_with(std::size_t seeds, const std::vector<ArmRecord>& arms) {
  RunRecord run;
  run.title = "the title";
  run.status = RunStatus::complete;
  for (std::size_t s = 0; s < seeds; ++s) run.seeds.push_back(static_cast<std::int64_t>(s));
  run.epochs = 1;
  run.arms = arms;
  return run;
}

/// Final accuracies 0.5 and those larger by 0.01, 0.02 and 0.03.
RunRecord two_arms() {
  return run_with(3, {arm_with("better", {{0.1, 0.51}, {0.1, 0.52}, {0.1, 0.53}}),
                      arm_with("worse", {{0.1, 0.5}, {0.1, 0.5}, {0.1, 0.5}})});
}

}  // namespace

TEST_CASE("an arm's numbers are the mean and the deviation of its seeds after the last epoch") {
  const ArmSummary arm = summarise(two_arms()).arms.at(0);
  CHECK(arm.name == "better");
  CHECK(arm.rule == "rule of better");
  CHECK(arm.device == "ideal");
  CHECK(arm.epochs_done == 1);
  CHECK(arm.seeds_done == 3);
  CHECK_FALSE(arm.diverged);
  CHECK(arm.test_accuracy.values == std::vector<double>{0.51, 0.52, 0.53});
  CHECK(arm.test_accuracy.mean == Approx(0.52));
  CHECK(arm.test_accuracy.std == Approx(0.01));
  CHECK(std::isnan(arm.train_accuracy.mean));
  CHECK(arm.train_accuracy.values.empty());
}

TEST_CASE("the best accuracy is the highest of any epoch, not the last") {
  const auto arm =
      summarise(run_with(2, {arm_with("a", {{0.1, 0.9, not_reached, 0.7}, {0.1, 0.3, 0.2, 0.5}})}))
          .arms.at(0);
  CHECK(arm.best_test_accuracy.values == std::vector<double>{0.9, 0.5});
  CHECK(arm.test_accuracy.values == std::vector<double>{0.7, 0.5});
}

TEST_CASE("each number of the summary comes from the metric of its name") {
  ArmRecord arm = arm_with("a", {{0.25}});
  EpochRecord& epoch = arm.seeds[0].epochs[0];
  epoch.train_accuracy = 0.75;
  epoch.test_loss = 3;
  epoch.wall_seconds = 4;
  epoch.macs = 5;
  epoch.forward_reads = 6;
  const ArmSummary summary = summarise(run_with(1, {arm})).arms.at(0);
  CHECK(summary.train_accuracy.mean == 0.75);
  CHECK(summary.test_loss.mean == 3);
  CHECK(summary.wall_seconds.mean == 4);
  REQUIRE(summary.cost.size() >= 3);
  CHECK(summary.cost[0].name == "macs");
  CHECK(summary.cost[0].total.mean == 5);
  CHECK(summary.cost[1].name == "forward_reads");
  CHECK(summary.cost[1].total.mean == 6);
  CHECK(std::isnan(summary.cost[2].total.mean));
}

TEST_CASE("of many arms the table shows each against the first of its rule") {
  std::vector<ArmRecord> arms;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    arms.push_back(arm_with(name, {{0.7}, {0.6}}));
    arms.back().rule = std::string(name) < "e" ? "ftp" : "bp";
  }
  const std::string table = summary_table(summarise(run_with(2, arms)));
  for (const char* shown : {"a - b", "a - c", "a - d", "a - e", "e - f", "e - g"}) {
    CHECK(table.find(shown) != std::string::npos);
  }
  for (const char* left_out : {"b - c", "a - f", "d - e", "f - g"}) {
    CHECK(table.find(left_out) == std::string::npos);
  }
  CHECK(table.find("15 more pairs of arms: memtrain summary FILE --format csv") !=
        std::string::npos);
}

TEST_CASE("of many rules the table shows the first arm of each against the first arm") {
  std::vector<ArmRecord> arms;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "g2"}) {
    arms.push_back(arm_with(name, {{0.7}, {0.6}}));
    arms.back().rule = name[0];
  }
  const std::string table = summary_table(summarise(run_with(2, arms)));
  for (const char* shown : {"a - b", "a - g ", "g - g2"}) {
    CHECK(table.find(shown) != std::string::npos);
  }
  for (const char* left_out : {"b - c", "a - g2", "f - g"}) {
    CHECK(table.find(left_out) == std::string::npos);
  }
}

TEST_CASE("a paired difference has the interval of Student's t: 1, 2, 3 give 2 ± 4.3027/√3") {
  const RunRecord run =
      run_with(3, {arm_with("a", {{11}, {22}, {33}}), arm_with("b", {{10}, {20}, {30}})});
  const auto differences = summarise(run).differences;
  REQUIRE(differences.size() == 1);
  const Difference& difference = differences[0];
  // with two degrees of freedom the quantile has a closed form; it is 4.3027
  const double half = 0.95 * std::sqrt(2 / (1 - 0.95 * 0.95)) / std::sqrt(3.0);
  CHECK(difference.first == "a");
  CHECK(difference.second == "b");
  CHECK(difference.pairs == 3);
  CHECK(difference.mean == Approx(2.0));
  CHECK(difference.low == Approx(2.0 - half).epsilon(1e-12));
  CHECK(difference.high == Approx(2.0 + half).epsilon(1e-12));
  CHECK_FALSE(difference.significant);
}

TEST_CASE("a difference is significant when its interval excludes 0, on either side") {
  const auto a = arm_with("a", {{5.0}, {6.1}, {7.2}});
  const auto b = arm_with("b", {{1.0}, {2.0}, {3.0}});
  const auto up = summarise(run_with(3, {a, b})).differences.at(0);
  const auto down = summarise(run_with(3, {b, a})).differences.at(0);
  CHECK(up.low > 0);
  CHECK(up.significant);
  CHECK(down.high < 0);
  CHECK(down.significant);
}

TEST_CASE("equal arms do not differ") {
  const auto difference =
      summarise(run_with(2, {arm_with("a", {{0.5}, {0.6}}), arm_with("b", {{0.5}, {0.6}})}))
          .differences.at(0);
  CHECK(difference.mean == 0);
  CHECK(std::isnan(difference.low));
  CHECK_FALSE(difference.significant);
  CHECK(verdict_of(difference) == "no difference");
}

TEST_CASE("a difference uses the seeds that both arms finished, each with its own partner") {
  const RunRecord run = run_with(4, {arm_with("a", {{0, 10}, {0, not_reached}, {0, 30}, {0, 41}}),
                                     arm_with("b", {{0, 9}, {0, 20}, {0}, {0, 38}})});
  const auto difference = summarise(run).differences.at(0);
  CHECK(difference.pairs == 2);
  CHECK(difference.mean == Approx(2.0));
}

TEST_CASE("one seed gives a difference without an interval") {
  const auto difference =
      summarise(run_with(1, {arm_with("a", {{0.7}}), arm_with("b", {{0.5}})})).differences.at(0);
  CHECK(difference.pairs == 1);
  CHECK(difference.mean == Approx(0.2));
  CHECK(std::isnan(difference.low));
  CHECK(std::isnan(difference.high));
  CHECK_FALSE(difference.significant);
}

TEST_CASE("every pair of arms is compared once") {
  const auto arm = [](const char* name) { return arm_with(name, {{0.5}, {0.6}}); };
  const auto differences = summarise(run_with(2, {arm("a"), arm("b"), arm("c")})).differences;
  REQUIRE(differences.size() == 3);
  CHECK(differences[0].first + differences[0].second == "ab");
  CHECK(differences[1].first + differences[1].second == "ac");
  CHECK(differences[2].first + differences[2].second == "bc");
}

TEST_CASE("seeds that are behind do not pull down the mean of a run that is not complete") {
  RunRecord run = run_with(3, {arm_with("a", {{0.1, 0.8}, {0.1}, {}})});
  run.status = RunStatus::running;
  const ArmSummary arm = summarise(run).arms.at(0);
  CHECK(arm.test_accuracy.values == std::vector<double>{0.8});
  CHECK(arm.epochs_done == 1);
  CHECK(arm.seeds_done == 1);
  CHECK_THAT(line_of(summary_table(summarise(run)), "a "), Contains("1 of 3 seeds"));
}

TEST_CASE("a seed that ended early by its patience counts with its own last epoch") {
  RunRecord run = run_with(3, {arm_with("a", {{0.1, 0.6, 0.8}, {0.1, 0.7}, {0.1, 0.2}})});
  run.epochs = 2;
  run.arms[0].seeds[0].finished = true;
  run.arms[0].seeds[1].finished = true;
  run.status = RunStatus::interrupted;  // the third seed was at work
  const ArmSummary arm = summarise(run).arms.at(0);
  CHECK(arm.test_accuracy.values == std::vector<double>{0.8, 0.7});
  CHECK(arm.epochs_done == 2);
  CHECK(arm.seeds_done == 2);
}

TEST_CASE("the table shows percent with deviation, the differences and the words of the run") {
  const std::string table = summary_table(summarise(two_arms()));
  CHECK(lines_of(table).at(0) == "the title (complete, 3 seeds)");
  CHECK_THAT(line_of(table, "better  "), Contains("52.00 ± 1.00") && Contains("rule of better"));
  CHECK_THAT(line_of(table, "better - worse"), Contains("+2.00") && Contains("[-0.48, +4.48]"));
  CHECK_THAT(line_of(table, "better - worse"), Catch::EndsWith("not significant"));
}

TEST_CASE("the table does not call a significant difference insignificant") {
  const auto run = run_with(2, {arm_with("a", {{0.700}, {0.701}}), arm_with("b", {{0.5}, {0.5}})});
  CHECK_THAT(summary_table(summarise(run)), !Contains("not significant"));
}

TEST_CASE("the table of one seed has neither deviation nor difference and says why") {
  const auto run = run_with(1, {arm_with("a", {{0.7}}), arm_with("b", {{0.5}})});
  const std::string table = summary_table(summarise(run));
  CHECK_THAT(table, !Contains("±") && !Contains("a - b") && Contains("one seed gives no interval"));
}

TEST_CASE("the table marks a diverged arm and prints what is unknown as a dash") {
  RunRecord run =
      run_with(2, {arm_with("a", {{not_reached}, {not_reached}}), arm_with("b", {{0.5}, {0.6}})});
  run.arms[0].seeds[1].diverged = true;
  run.status = RunStatus::diverged;
  const std::string table = summary_table(summarise(run));
  CHECK_THAT(lines_of(table).at(0), Contains("diverged"));
  CHECK_THAT(line_of(table, "a "), Contains("diverged") && Contains(" - "));
  CHECK_THAT(line_of(table, "b "), !Contains("diverged"));
  CHECK_THAT(table, !Contains("nan"));
}

TEST_CASE("a seed that diverged has no number in the summary, however far it got") {
  RunRecord run = run_with(3, {arm_with("a", {{0.1, 0.9, 0.1}, {0.1, 0.6, 0.7}, {0.1, 0.8, 0.9}}),
                               arm_with("b", {{0.1, 0.2, 0.3}, {0.1, 0.3, 0.4}, {0.1, 0.3, 0.5}})});
  run.arms[0].seeds[0].diverged = true;
  RunSummary summary = summarise(run);
  CHECK(summary.arms[0].test_accuracy.values == std::vector<double>{0.7, 0.9});
  CHECK(summary.arms[0].seeds_done == 2);
  CHECK(summary.differences[0].pairs == 2);
  for (SeedRecord& seed : run.arms[0].seeds) seed.diverged = true;
  summary = summarise(run);
  CHECK(summary.arms[0].test_accuracy.values.empty());
  CHECK(summary.differences[0].pairs == 0);
}

TEST_CASE("one that diverged late does not make those that are still on their way wait") {
  RunRecord run = run_with(2, {arm_with("a", {{0.1, 0.2, 0.3}, {0.1, 0.4}})});
  run.status = RunStatus::interrupted;
  run.arms[0].seeds[0].diverged = true;
  CHECK(summarise(run).arms[0].test_accuracy.values == std::vector<double>{0.4});
}

TEST_CASE("arms of a run that is not over are not compared at different epochs") {
  RunRecord run = run_with(2, {arm_with("a", {{0.1, 0.2, 0.3}, {0.1, 0.4, 0.5}}),
                               arm_with("b", {{0.1, 0.2}, {0.1, 0.3}})});
  CHECK(summarise(run).differences[0].pairs == 2);
  run.status = RunStatus::interrupted;
  const Difference difference = summarise(run).differences[0];
  CHECK_FALSE(difference.comparable);
  CHECK(difference.pairs == 0);
  CHECK_THAT(summary_table(summarise(run)), Contains("at different epochs"));
}

TEST_CASE("the table of a task without classes shows losses instead of accuracies") {
  ArmRecord arm = arm_with("a", {{not_reached}, {not_reached}});
  for (SeedRecord& seed : arm.seeds) seed.epochs[0].test_loss = 0.125;
  const std::string table = summary_table(summarise(run_with(2, {arm, arm})));
  CHECK_THAT(table, Contains("test loss") && Contains("0.125") && !Contains("accuracy"));
}

TEST_CASE("columns line up with names and numbers beyond ASCII") {
  RunRecord run = two_arms();
  run.arms[0].name = "größe µ";
  run.arms[1].device = "ßßßßßßß";
  for (ArmRecord& arm : run.arms) {
    for (SeedRecord& seed : arm.seeds) seed.epochs.back().wall_seconds = 1;
  }
  const auto lines = lines_of(summary_table(summarise(run)));
  CHECK(display_width("größe ±") == 7);
  CHECK(display_width(lines.at(2)) == display_width(lines.at(3)));
  CHECK(display_width(lines.at(3)) == display_width(lines.at(4)));
}

TEST_CASE("only the best arm is bold, and only in colour") {
  const RunSummary summary = summarise(two_arms());
  CHECK_THAT(summary_table(summary), !Contains("\033"));
  const std::string table = summary_table(summary, {.colour = true});
  CHECK_THAT(line_of(table, "\033[1mbetter\033[0m"), Contains("\033[1m52.00 ± 1.00\033[0m"));
  CHECK_THAT(line_of(table, "worse"), !Contains("\033"));
}

TEST_CASE("CSV has a row for each number, its digits in full, and quotes where needed") {
  RunRecord run = two_arms();
  run.arms[0].name = "a \"b\", c";
  const RunSummary summary = summarise(run);
  const auto lines = lines_of(table_csv(summary_rows(summary)));
  CHECK(lines.at(0) == "arm,rule,device,minus,metric,mean,std,low,high,n,p,holm_p");
  CHECK_THAT(lines.at(1),
             Catch::StartsWith("\"a \"\"b\"\", c\",rule of better,ideal,,test_accuracy,"));
  CHECK(line_of(table_csv(summary_rows(summary)), "worse,rule of worse,ideal,,test_accuracy,") ==
        "worse,rule of worse,ideal,,test_accuracy,0.5,0,0.5,0.5,3,,");
  CHECK(line_of(table_csv(summary_rows(summary)), "worse,rule of worse,ideal,,train_accuracy,") ==
        "worse,rule of worse,ideal,,train_accuracy,,,,,0,,");
  CHECK_THAT(lines.back(),
             Catch::StartsWith("\"a \"\"b\"\", c\",,,worse,test_accuracy,") && Contains(",3,0.07"));
}

TEST_CASE("JSON parses back to the numbers of the summary, with null for what is unknown") {
  const RunSummary summary = summarise(two_arms());
  const auto json = nlohmann::ordered_json::parse(summary_json(summary));
  CHECK(json["status"] == "complete");
  CHECK(json["arms"].begin().key() == "better");
  const auto& accuracy = json["arms"]["better"]["test_accuracy"];
  CHECK(accuracy["mean"] == summary.arms[0].test_accuracy.mean);
  CHECK(accuracy["std"] == summary.arms[0].test_accuracy.std);
  CHECK(accuracy["n"] == 3);
  CHECK(accuracy["values"] == std::vector<double>{0.51, 0.52, 0.53});
  CHECK(json["arms"]["worse"]["test_loss"]["mean"].is_null());
  CHECK(json["arms"]["worse"]["test_loss"]["n"] == 0);
  CHECK(json["arms"]["worse"]["cost"]["macs"]["mean"].is_null());
  CHECK(json["differences"][0]["first"] == "better");
  CHECK(json["differences"][0]["low"] == summary.differences[0].low);
  CHECK(json["differences"][0]["significant"] == false);
}

TEST_CASE("JSON does not decide on significance without an interval, and survives broken text") {
  RunRecord run = run_with(1, {arm_with("a", {{0.7}}), arm_with("b", {{0.5}})});
  run.title = "broken \xff text";
  const auto json = nlohmann::json::parse(summary_json(summarise(run)));
  CHECK(json["differences"][0]["low"].is_null());
  CHECK(json["differences"][0]["significant"].is_null());
}

TEST_CASE("a run without arms has a summary in every format") {
  const RunSummary summary = summarise(run_with(2, {}));
  CHECK_THAT(summary_table(summary, {.colour = true}), Contains("the title"));
  CHECK(lines_of(table_csv(summary_rows(summary))).size() == 1);
  CHECK(nlohmann::json::parse(summary_json(summary))["arms"].empty());
}
