#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/report/comparison/comparison.h"
#include "sim/report/text_table.h"
#include "tests/comparison_fixture.h"
#include "tests/text_lines.h"

// In which settings two runs differ.
using namespace memtrain;
using namespace memtrain::test;
using Catch::Contains;

TEST_CASE("a setting that differs in all arms is told once, in some arms for each of them") {
  const auto run = [](const char* rate, const char* batch) {
    return run_of_settings(
        {{"x", fmt::format("train.learning_rate = {}\ntrain.batch = {}\n", rate, batch)},
         {"y", fmt::format("[train]\nlearning_rate = {}\nbatch = 8\n", rate)}});
  };
  const auto settings = compare_runs(run("0.1", "8"), run("0.20", "16")).settings;
  REQUIRE(settings.size() == 2);
  CHECK(settings[0].key == "train.batch");
  CHECK(settings[0].arms == ArmPair{"x", "x"});
  CHECK(settings[0].a == "8");
  CHECK(settings[0].b == "16");
  CHECK(settings[1].key == "train.learning_rate");
  CHECK_FALSE(settings[1].arms.has_value());
  CHECK(settings[1].a == "0.1");
  CHECK(settings[1].b == "0.2");
}

TEST_CASE("a setting that differs otherwise in each arm is told for each arm") {
  const auto settings =
      compare_runs(run_of_settings({{"x", "train.batch = 1"}, {"y", "train.batch = 2"}}),
                   run_of_settings({{"x", "train.batch = 3"}, {"y", "train.batch = 3"}}))
          .settings;
  REQUIRE(settings.size() == 2);
  CHECK(settings[0].arms == ArmPair{"x", "x"});
  CHECK(settings[1].arms == ArmPair{"y", "y"});
}

TEST_CASE("a setting that one run does not have is unknown in it") {
  const RunComparison comparison =
      compare_runs(run_of_settings({{"x", "rule = \"bp\""}}),
                   run_of_settings({{"x", "rule = \"bp\"\nftp.scale = 0.5"}}));
  REQUIRE(comparison.settings.size() == 1);
  CHECK_FALSE(comparison.settings[0].a.has_value());
  CHECK(comparison.settings[0].b == "0.5");
  CHECK_THAT(line_of(comparison_table(comparison), "ftp.scale"), Contains("all  -  0.5"));
  const auto json = nlohmann::json::parse(comparison_json(comparison));
  CHECK(json["settings"][0]["arm"].is_null());
  CHECK(json["settings"][0]["a"].is_null());
  CHECK(json["settings"][0]["b"] == "0.5");
}

TEST_CASE("settings of the run are compared, its title with where it comes from") {
  RunRecord a = run_with({0}, {arm_with("x", {0.5})});
  RunRecord b = a;
  b.scenario = "title = \"other\"\ndata.name = \"patterns\"\n[[arm]]\nname = \"x\"\n";
  b.title = "other";
  b.threads = 4;
  const RunComparison comparison = compare_runs(a, b);
  REQUIRE(comparison.settings.size() == 1);
  CHECK(comparison.settings[0].key == "data.name");
  CHECK_FALSE(comparison.settings[0].arms.has_value());
  const std::string table = comparison_table(comparison);
  CHECK_THAT(line_of(table, "title"), Contains("the title") && Contains("other"));
  CHECK_THAT(line_of(table, "threads"), Contains("1") && Contains("4"));
  CHECK_THAT(table, !Contains("git commit"));
}

TEST_CASE("settings that are no TOML are not known, and not said to be the same") {
  const RunComparison comparison = compare_runs(
      run_of_settings({{"x", "= no TOML"}, {"y", "train.batch = 1"}, {"z", ""}}),
      run_of_settings({{"x", ""}, {"y", "train.batch = 1"}, {"z", "train.batch = 1"}}));
  CHECK(comparison.settings.empty());
  CHECK(comparison.settings_unknown == std::vector<std::string>{"x", "z"});
  const std::string table = comparison_table(comparison);
  CHECK_THAT(table, Contains("settings that are not known in both: x, z\n"));
  CHECK_THAT(table, !Contains("all settings are the same"));
}

TEST_CASE("settings are flat, with lists as TOML on one line and texts as they are") {
  const auto settings = settings_of(
      "rule = \"bp\"\n[network]\nlayers = [\n  { type = \"dense\", units = 3 },\n  {}\n]\n"
      "[a.b]\nc = [0.1, 1e-9]\nd = true\ne = nan\n");
  REQUIRE(settings.has_value());
  CHECK(*settings == Settings{{"a.b.c", "[0.1, 1e-09]"},
                              {"a.b.d", "true"},
                              {"a.b.e", "nan"},
                              {"network.layers", "[{ type = \"dense\", units = 3 }, {  }]"},
                              {"rule", "bp"}});
}

TEST_CASE("a long setting is shortened in the table to where it differs, and complete elsewhere") {
  const auto layers = [](const char* last) {
    std::string text = "[";
    for (int i = 0; i < 20; ++i) text += "{ type = \"dense\", units = 30 }, ";
    return text + "{ units = " + last + " }]";
  };
  const RunComparison comparison =
      compare_runs(run_of_settings({{"x", "network.layers = " + layers("41")}}),
                   run_of_settings({{"x", "network.layers = " + layers("57")}}));
  const std::string table = comparison_table(comparison);
  CHECK_THAT(line_of(table, "network.layers"),
             Contains("units = 41 }]") && Contains("units = 57 }]") && Contains("…"));
  for (const std::string& line : lines_of(table)) CHECK(display_width(line) <= 80);
  CHECK(nlohmann::json::parse(comparison_json(comparison))["settings"][0]["a"] == layers("41"));
}
