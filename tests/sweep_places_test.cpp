#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/csv.h"
#include "sim/report/sweep/sweep_chart.h"
#include "sim/report/sweep/sweep_markdown.h"
#include "sim/report/sweep/sweep_summary.h"
#include "tests/sweep_fixture.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Contains;

namespace {

SweepRow row(std::size_t point, const std::string& arm, std::int64_t seed, double accuracy) {
  SweepRow made{.point = point, .arm = arm, .seed = seed, .status = "complete"};
  made.last.test_accuracy = accuracy;
  made.best.test_accuracy = accuracy + 0.125;
  return made;
}

/// Two bits (4, 6) by three rates, two seeds each: accuracy by bits and by rate, none at the last.
struct Grid {
  Plan plan =
      plan_of({"train.batch=4,6", "train.learning_rate=0.1,0.2,0.4", "train.seeds=[1],[2]"});
  std::vector<SweepRow> rows;

  Grid() {
    for (std::size_t point = 0; point < 10; ++point) {
      const auto at = plan.point(point);
      const auto seed = std::int64_t{at[2]} + 1;
      const double base = 0.25 * at[0] + 0.0625 * at[1];
      rows.push_back(row(point, "ftp", seed, base + 0.03125 * at[2]));
      rows.push_back(row(point, "bp", seed, base + 0.5));
    }
    rows.push_back({.point = 10, .status = "failed", .reason = "for want of a nail"});
    rows.push_back({.point = 11, .status = "waiting"});
  }
};

}  // namespace

TEST_CASE("points that differ in their seeds alone are one place of a sweep", "[sweep]") {
  const Grid grid;
  const SweepPlaces sweep = places_of(grid.plan, grid.rows);
  REQUIRE(sweep.axes.size() == 2);
  CHECK(sweep.axes[1]->key == "train.learning_rate");
  CHECK(sweep.arms == std::vector<std::string>{"ftp", "bp"});
  REQUIRE(sweep.places.size() == 6);
  CHECK(sweep.places[1].points == std::vector<std::size_t>{2, 3});
  CHECK(sweep.with_result == 10);
  const SweepMetric accuracy = sweep.quality();
  CHECK(accuracy.name == "final_test_accuracy");
  CHECK(sweep.spread(1, 0, accuracy).values == std::vector<double>{0.0625, 0.09375});
  CHECK(std::isnan(sweep.spread(5, 0, accuracy).mean));
  const PairedTest test = sweep.difference(1, 1, 0, accuracy);
  CHECK(test.pairs == 2);
  CHECK(test.mean == Approx(0.5 - 0.015625));
}

TEST_CASE("the best place of an arm is where its mean is best, by the metric's own sense",
          "[sweep]") {
  const Grid grid;
  const SweepPlaces sweep = places_of(grid.plan, grid.rows);
  CHECK(sweep.best(0, sweep.quality()) == std::vector<std::size_t>{4});
  Metric<EpochRecord> low = *sweep.quality().metric;
  low.better = Better::low;
  CHECK(sweep.best(0, {"low", &low}) == std::vector<std::size_t>{0});
  low.better = Better::neither;
  CHECK(sweep.best(0, {"neither", &low}).empty());
}

TEST_CASE("seeds that diverged are not in the means", "[sweep]") {
  Grid grid;
  grid.rows[0].status = "diverged";
  const SweepPlaces sweep = places_of(grid.plan, grid.rows);
  CHECK(sweep.diverged == 1);
  CHECK(sweep.spread(0, 0, sweep.quality()).values == std::vector<double>{0.03125});
}

TEST_CASE("a seed that several points of a place have counts once", "[sweep]") {
  const Plan plan = plan_of({"train.seeds=[1, 2],[2, 3]"});
  std::vector<SweepRow> rows;
  for (const auto& [point, seed] : {std::pair{0, 1}, {0, 2}, {1, 2}, {1, 3}}) {
    for (const char* arm : {"ftp", "bp"}) {
      rows.push_back(row(static_cast<std::size_t>(point), arm, seed, 0.125 * seed));
    }
  }
  const SweepPlaces sweep = places_of(plan, rows);
  REQUIRE(sweep.places.size() == 1);
  CHECK(sweep.spread(0, 0, sweep.quality()).values == std::vector<double>{0.125, 0.25, 0.375});
  CHECK(sweep.difference(0, 0, 1, sweep.quality()).pairs == 3);
}

TEST_CASE("an axis has the part of the variance that goes with it alone", "[sweep]") {
  // means of ftp over places: 0, 1/16, 2/16 and 4/16, 5/16 (+ 1/64 each); by hand, in 16ths: values
  // 0 1 2 4 5, mean 2.4, total 17.2; within batch 4: 2, within batch 6: 0.5
  const Grid grid;
  const SweepPlaces sweep = places_of(grid.plan, grid.rows);
  const AxisEffect batch = effect_of(sweep, 0, 0, sweep.quality());
  CHECK(batch.variance_part == Approx(1 - (2.5 / 3) / (17.2 / 4)));
  CHECK(batch.lowest == Approx(1.0 / 16 + 1.0 / 64));
  CHECK(batch.highest == Approx(4.5 / 16 + 1.0 / 64));
  // within rates 0.1 and 0.2: 8 each, within 0.4: 0; more within than in all: nothing goes with it
  CHECK(effect_of(sweep, 1, 0, sweep.quality()).variance_part == 0);
  const Plan line = plan_of({"train.batch=4,6"});
  const std::vector<SweepRow> two{row(0, "ftp", 1, 0.5), row(1, "ftp", 1, 0.75)};
  const SweepPlaces alone = places_of(line, two);
  CHECK(std::isnan(effect_of(alone, 0, 0, alone.quality()).variance_part));
}

TEST_CASE("of a sample, neighbouring values of an axis are taken together", "[sweep]") {
  const Plan plan = plan_of({"train.learning_rate=0.1:1:50", "device.dw_min=0.001:0.01:50"}, 24);
  std::vector<SweepRow> rows;
  for (std::size_t point = 0; point < 24; ++point) {
    rows.push_back(row(point, "ftp", 1, 0.01 * plan.point(point)[0]));  // of the first axis alone
  }
  const SweepPlaces sweep = places_of(plan, rows);
  CHECK(effect_of(sweep, 0, 0, sweep.quality()).variance_part > 0.9);
  CHECK(effect_of(sweep, 1, 0, sweep.quality()).variance_part < 0.5);
}

TEST_CASE("places that are equally good are told", "[sweep]") {
  const Plan plan = plan_of({"train.batch=4,6,8"});
  const std::vector<SweepRow> rows{row(0, "ftp", 1, 0.5), row(1, "ftp", 1, 0.75),
                                   row(2, "ftp", 1, 0.75)};
  const SweepPlaces sweep = places_of(plan, rows);
  CHECK(sweep.best(0, sweep.quality()) == std::vector<std::size_t>{1, 2});
  CHECK(best_columns(sweep).back().cells == std::vector<std::string>{"2 places are equal"});
}

TEST_CASE("a sweep's table shows every place with its means, and what is missing", "[sweep]") {
  const Grid grid;
  const std::string text = sweep_summary(places_of(grid.plan, grid.rows));
  CHECK_THAT(text, Catch::StartsWith("best of arm  train.batch  train.learning_rate"));
  CHECK_THAT(text,
             Contains("\nthe best place by test accuracy, which intervals do not allow for\n"));
  CHECK_THAT(text, Contains("\ntrain.batch  train.learning_rate"));
  CHECK_THAT(text, Contains("4                  0.2   7.81 ± 2.21  56.25 ± 0.00"));
  CHECK_THAT(text, Contains("\n          6                  0.4             -             -\n"));
  CHECK_THAT(text, Contains("4                  0.2  ftp - bp    -48.44"));
  CHECK_THAT(text, Contains("10 of 12 points have a result"));
}

TEST_CASE("a sweep's CSV has a row for each number, and one for a place without any", "[sweep]") {
  const Grid grid;
  const std::string text = table_csv(sweep_summary_rows(places_of(grid.plan, grid.rows)));
  CHECK_THAT(text, Catch::StartsWith("train.batch,train.learning_rate,arm,minus,metric,units,mean,"
                                     "std,low,high,n,p,holm_p\n"));
  CHECK_THAT(text, Contains("\n4,0.2,ftp,,final_test_accuracy,1,0.078125,0.02209"));
  CHECK_THAT(text, Contains("\n4,0.2,ftp,,best_test_accuracy,1,0.203125,"));
  CHECK_THAT(text, Contains("\n4,0.2,ftp,bp,final_test_accuracy,1,-0.484375,,"));
  CHECK_THAT(text, Contains("\n6,0.4,,,,,,,,,,,\n"));
}

TEST_CASE("a sweep's JSON has places, the best of them and what axes do", "[sweep]") {
  const Grid grid;
  const auto json = nlohmann::json::parse(sweep_summary_json(places_of(grid.plan, grid.rows)));
  CHECK(json["places"][1]["at"]["train.learning_rate"] == 0.2);
  CHECK(json["places"][1]["arms"]["bp"]["final_test_accuracy"]["mean"] == 0.5625);
  CHECK_FALSE(json["places"][1]["arms"]["bp"].contains("final_test_loss"));
  CHECK(json["axes"]["train.learning_rate"] == std::vector<double>{0.1, 0.2, 0.4});
  CHECK(json["places"][5]["arms"].empty());
  CHECK(json["best"]["bp"]["at"]["train.batch"] == 6);
  CHECK(json["sensitivity"]["ftp"]["train.learning_rate"]["variance_part"] == 0);
}

TEST_CASE("the figure of a sweep has every place, null where there is no result", "[sweep]") {
  const Grid grid;
  const auto sweep = nlohmann::json::parse(sweep_json(places_of(grid.plan, grid.rows)))["sweep"];
  CHECK(sweep["places"].size() == 6);
  CHECK(sweep["axes"][0]["numbers"] == std::vector<double>{4, 6});
  CHECK(sweep["axes"][1]["best"] == 1);
  CHECK(sweep["sampled"] == false);
  const auto& ftp = sweep["values"]["final_test_accuracy"][0];
  CHECK(ftp["mean"][1] == 0.078125);
  CHECK(ftp["mean"][5].is_null());
  CHECK(ftp["n"] == std::vector<int>{2, 2, 2, 2, 2, 0});
  CHECK(sweep["pairs"][0]["values"]["final_test_accuracy"]["mean"][1] == -0.484375);
  CHECK_FALSE(sweep["values"].contains("energy"));  // nothing is known of it
}

namespace {

using Choices = decltype(SweepPlace::chosen);

/// Two bits (4, 6), and three rates to choose from by validation; two seeds each.
struct Tuned {
  Plan plan;
  std::vector<SweepRow> rows;

  explicit Tuned(const std::string& tune =
                     "arm.ftp.train.learning_rate+arm.bp.train.learning_rate=0.1,0.2,0.4") {
    plan = Plan{.scenario = scenario, .set = {"data.validation=8"}, .folder = "/tmp"};
    plan.axes = read_axes(scenario, {"train.seeds=[1],[2]", "train.batch=4,6"}, {tune});
    (void)check_axes(plan.scenario, plan.set, plan.axes);
    note_arms_apart(plan.scenario, plan.set, plan.axes);
    lay_points(plan, 0);
    for (std::size_t point = 0; point < plan.points(); ++point) {
      const auto at = plan.point(point);  // seed, batch, rate
      const auto seed = std::int64_t{at[0]} + 1;
      const double rate = at[2];
      // ftp does best on validation at 0.2, on the test at 0.4; bp at 0.4 on both
      add(point, "ftp", seed, 0.5 - 0.125 * std::abs(rate - 1), 0.25 * rate + 0.03125 * at[1]);
      add(point, "bp", seed, 0.25 * rate, 0.25 * rate);
    }
  }

  void add(std::size_t point, const std::string& arm, std::int64_t seed, double validation,
           double test) {
    rows.push_back(row(point, arm, seed, test));
    rows.back().last.validation_accuracy = validation;
  }
};

}  // namespace

TEST_CASE("tuned settings are chosen for each arm and place by validation, not by the test",
          "[sweep]") {
  const Tuned tuned;
  REQUIRE(tuned.plan.points() == 12);
  const SweepPlaces sweep = places_of(tuned.plan, tuned.rows);
  REQUIRE(sweep.axes.size() == 1);
  REQUIRE(sweep.tuned.size() == 1);
  CHECK(sweep.axes[0]->key == "train.batch");
  REQUIRE(sweep.places.size() == 2);
  CHECK(sweep.places[1].points.size() == 6);
  CHECK(sweep.places[1].chosen == Choices{{1}, {2}});
  CHECK(sweep.spread(1, 0, sweep.quality()).values == std::vector<double>{0.28125, 0.28125});
  CHECK(sweep.spread(1, 1, sweep.quality()).values == std::vector<double>{0.5, 0.5});
}

TEST_CASE("settings with which fewer seeds diverged are chosen before better ones", "[sweep]") {
  Tuned tuned;
  for (SweepRow& each : tuned.rows) {
    if (each.arm == "bp" && each.seed == 2 && tuned.plan.point(each.point)[2] == 2)
      each.status = "diverged";
  }
  const SweepPlaces sweep = places_of(tuned.plan, tuned.rows);
  CHECK(sweep.places[0].chosen[1] == Choices::value_type{1});
  for (SweepRow& each : tuned.rows) {
    if (each.arm == "bp") each.status = "diverged";
  }
  const SweepPlaces lost = places_of(tuned.plan, tuned.rows);
  CHECK(lost.places[0].chosen[1].size() == 1);
  CHECK(std::isnan(lost.spread(0, 1, lost.quality()).mean));
}

TEST_CASE("a place that is not done yet has the best choice so far, and none without a result",
          "[sweep]") {
  Tuned tuned;
  std::erase_if(tuned.rows, [&](const SweepRow& each) {
    return tuned.plan.point(each.point)[1] == 1 || tuned.plan.point(each.point)[2] == 2;
  });
  const SweepPlaces sweep = places_of(tuned.plan, tuned.rows);
  CHECK(sweep.places[0].chosen == Choices{{1}, {1}});
  CHECK(sweep.places[1].chosen == Choices{Choices::value_type{}, Choices::value_type{}});
}

TEST_CASE("what was chosen is told in the table, in CSV and in JSON, and edges are marked",
          "[sweep]") {
  const Tuned tuned;
  const SweepPlaces sweep = places_of(tuned.plan, tuned.rows);
  const std::string text = sweep_summary(sweep);
  CHECK_THAT(text, Contains("chosen arm.ftp.train.learning_rate+arm.bp.train.learning_rate"));
  CHECK_THAT(text, Contains("0.4 (largest)"));
  CHECK_THAT(text, !Contains("0.2 (largest)"));
  CHECK_THAT(table_csv(sweep_summary_rows(sweep)),
             Contains("train.batch," + tuned.plan.axes[2].key + ",arm,minus") &&
                 Contains("6,0.2,ftp,,final_test_accuracy") && Contains("6,,ftp,bp,"));
  const auto json = nlohmann::json::parse(sweep_summary_json(sweep));
  CHECK(json["tuned"][tuned.plan.axes[2].key] == std::vector<double>{0.1, 0.2, 0.4});
  CHECK(json["places"][1]["chosen"]["ftp"][tuned.plan.axes[2].key] == 0.2);
  CHECK(json["axes"].size() == 1);
}

TEST_CASE("nothing is chosen for an arm that the tuned setting does not act on", "[sweep]") {
  // bp sets its own rate, or is another arm
  for (const std::string key : {"train.learning_rate", "arm.ftp.train.learning_rate"}) {
    const Tuned tuned(key + "=0.1,0.2,0.4");
    const SweepPlaces sweep = places_of(tuned.plan, tuned.rows);
    CHECK(sweep.places[1].chosen[0] == Choices::value_type{1});
    CHECK(sweep.places[1].chosen[1] == Choices::value_type{std::nullopt});
    const std::string text = sweep_summary(sweep);
    CHECK_THAT(text, !Contains("smallest") && !Contains("largest"));
    CHECK_THAT(text, Contains("ftp  0.2  ") && Contains("bp   -  "));
    CHECK_THAT(table_csv(sweep_summary_rows(sweep)), Contains("6,0.2,ftp,,final_test_accuracy") &&
                                                         Contains("6,,bp,,final_test_accuracy"));
    const auto json = nlohmann::json::parse(sweep_summary_json(sweep));
    CHECK(json["places"][1]["chosen"]["ftp"][key] == 0.2);
    CHECK(json["places"][1]["chosen"]["bp"][key].is_null());
    const std::string markdown = sweep_markdown(sweep, {});
    CHECK_THAT(markdown, Contains("± 0.00 (0.2)") && !Contains("(0.1)"));
    const Table table = sweep_table(tuned.plan, tuned.rows);
    CHECK(table.columns[3].long_name == "axis, tuned; without effect in bp");
  }
}
