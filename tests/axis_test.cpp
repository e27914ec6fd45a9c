#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>

#include "sim/base/error.h"
#include "tests/sweep_fixture.h"
#include "tests/temporary_folder.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Matchers::Contains;

namespace {

Texts values(const std::string& vary) { return read_axes(scenario, {vary}).at(0).values; }

}  // namespace

TEST_CASE("an axis is a list, equal steps or equal factors", "[sweep]") {
  CHECK(values("train.learning_rate=0.1,0.2, 0.5") == Texts{"0.1", "0.2", "0.5"});
  CHECK(values("train.learning_rate=0.1:0.3:3") == Texts{"0.1", "0.2", "0.3"});
  CHECK(values("train.learning_rate=0.001:1:4:log") == Texts{"0.001", "0.01", "0.1", "1"});
  CHECK(values("train.epochs=1:4:4") == Texts{"1", "2", "3", "4"});
  CHECK(values("train.epochs=2:8:3") == Texts{"2", "5", "8"});
  CHECK(values("train.epochs=1:1000:4:log") == Texts{"1", "10", "100", "1000"});
  CHECK(values("train.epochs=1:64:5:log") == Texts{"1", "3", "8", "23", "64"});
  CHECK(values("train.epochs=1:3:5") == Texts{"1", "2", "3"});  // whole numbers, each once
  CHECK(values("train.seeds=0:2:3") == Texts{"[0]", "[1]", "[2]"});
  CHECK(values("train.seeds=4,7") == Texts{"[4]", "[7]"});
  CHECK(values("train.seeds=[0, 1],[2, 3]") == Texts{"[0, 1]", "[2, 3]"});
  CHECK(values("arm.bp.device.model=soft_bounds,exp_step") == Texts{"soft_bounds", "exp_step"});
}

TEST_CASE("axes come from the scenario's table, and --vary replaces them", "[sweep]") {
  const ScenarioText with{"x.toml", sweep_text +
                                        "[sweep]\n\"train.batch\" = [4, 8]\n"
                                        "device.dw_min = \"0.001:0.1:3:log\"\n"};
  const std::vector<Axis> axes = read_axes(with, {"train.batch=2", "train.seeds=0,1"});
  REQUIRE(axes.size() == 3);
  const ScenarioText fractions{"x.toml", "[sweep]\ntrain.learning_rate = [0.1, 1.0, 1e-5]\n"};
  CHECK(read_axes(fractions, {}).at(0).values == Texts{"0.1", "1", "1e-05"});
  std::map<std::string, Texts> found;
  for (const Axis& axis : axes) found[axis.key] = axis.values;
  CHECK(found["device.dw_min"] == Texts{"0.001", "0.01", "0.1"});
  CHECK(found["train.batch"] == Texts{"2"});
  CHECK(found["train.seeds"] == Texts{"[0]", "[1]"});
  CHECK(read_axes({"x.toml", axes_toml(axes)}, {}).size() == 3);
  CHECK(axes_toml(axes).starts_with("\n[sweep]\n"));
  // the settings are the same with it
  CHECK(read_scenario(with, {}).toml == read_scenario(scenario, {}).toml);
}

TEST_CASE("settings that go together are one axis", "[sweep]") {
  const Plan plan = plan_of({"train.epochs+train.batch=2,4", "train.seeds=0,1"});
  REQUIRE(plan.points() == 4);
  CHECK(plan.overrides(2) == Texts{"train.epochs=4", "train.batch=4", "train.seeds=[0]"});
  CHECK(plan.label(2) == "train.epochs+train.batch=4, train.seeds=[0]");
  REQUIRE_THROWS_WITH(plan_of({"train.epochs+train.batches=2,4"}),
                      "--vary train.epochs+train.batches=2,4: unknown key 'train.batches', did you "
                      "mean 'train.batch'?");
  REQUIRE_THROWS_WITH(plan_of({"train.epochs+=2,4"}),
                      "--vary train.epochs+=2,4: 'train.epochs+' is not KEY+KEY");
  REQUIRE_THROWS_WITH(plan_of({"train.epochs+train.batch=2,4", "train.batch=8"}),
                      "--vary train.batch=8: 'train.batch' is there twice");
}

TEST_CASE("settings to tune come from [tune] and --tune, and stand behind the axes", "[sweep]") {
  const ScenarioText with{"x.toml", sweep_text +
                                        "[tune]\ntrain.learning_rate = \"0.1:0.4:3:log\"\n"
                                        "[sweep]\n\"train.batch\" = [4, 8]\n"};
  const auto told = [&](const Texts& vary, const Texts& tune) {
    std::string text;
    for (const Axis& axis : read_axes(with, vary, tune)) {
      text += (axis.use == Axis::Use::tune ? "tune " : "") + axis.key + "=" + axis.values[0] + "; ";
    }
    return text;
  };
  CHECK(told({}, {}) == "train.batch=4; tune train.learning_rate=0.1; ");
  CHECK(told({"train.learning_rate=0.5,0.6"}, {}) == "train.batch=4; train.learning_rate=0.5; ");
  CHECK(told({}, {"train.learning_rate=0.7,0.8", "train.epochs=1,2"}) ==
        "train.batch=4; tune train.learning_rate=0.7; tune train.epochs=1; ");
  const std::string written = axes_toml(read_axes(with, {}));
  CHECK(axes_toml(read_axes({"x.toml", written}, {})) == written);
  CHECK_THAT(written, Contains("[tune]\n\"train.learning_rate\" = "));
}

TEST_CASE("what cannot be tuned is refused", "[sweep]") {
  const auto refused = [](const std::string& toml, const std::string& message) {
    CAPTURE(toml);
    const ScenarioText text{"x.toml", sweep_text + toml};
    REQUIRE_THROWS_WITH(check_axes(text, {}, read_axes(text, {})), Contains(message));
  };
  refused("[tune]\ntrain.learning_rate = [0.1, 0.2]\n",
          "x.toml:25: tune: train.learning_rate: cannot be tuned without held-out samples (set "
          "data.validation");
  refused("[tune]\ntrain.seeds = [1, 2]\n", "x.toml:25: tune: train.seeds: cannot be tuned");
  refused("[tune]\ndata.train_samples = [20, 30]\n",
          "data.train_samples: cannot be tuned: it changes the samples that would choose");
  refused("[sweep]\ndata.validation = [8, 0]\n[tune]\ntrain.learning_rate = [0.1, 0.2]\n",
          "train.learning_rate: cannot be tuned without held-out samples");
  refused("[sweep]\ntrain.batch = [4, 8]\n[tune]\ntrain.batch = [4, 8]\n",
          "x.toml:27: tune: 'train.batch' is an axis of [sweep] already");
  refused("tune = 3\n", "tune");
}

TEST_CASE("a bad axis is refused in one line that says where and why", "[sweep]") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"train.epoch=1,2",
       "--vary train.epoch=1,2: unknown key 'train.epoch', did you mean "
       "'train.epochs'?"},
      {"train.epochs=", "--vary train.epochs=: axis 'train.epochs' has no values"},
      {"train.epochs=1,,2", "--vary train.epochs=1,,2: axis 'train.epochs' has an empty value"},
      {"train.epochs=1,2,1",
       "--vary train.epochs=1,2,1: axis 'train.epochs' has the value 1 twice"},
      {"train.epochs=1,many", "--vary train.epochs=1,many: train.epochs: 'many' is not an integer"},
      {"train.epochs=1,-2",
       "--vary train.epochs=1,-2: train.epochs: -2 is out of range [1, 1e+06]"},
      {"train.learning_rate=1:2:1", "1 values are out of range [2, 1e+06]"},
      {"train.learning_rate=1:2:2.5", "2.5 values are out of range"},
      {"train.learning_rate=2:1:3", "2 is not below 1"},
      {"train.learning_rate=0:1:3:log", "0 has no logarithm"},
      {"train.learning_rate=1:2:3:lin", "'lin' is not log"},
      {"arm.dfa.train.epochs=1,2", "no arm is named 'dfa' (known: ftp, bp)"},
      {"arm.ftp.dfa.signs=true,false", "dfa.signs"},
      {"train.epochs", "--vary train.epochs: is not KEY=SPEC"},
  };
  for (const auto& [vary, message] : cases) {
    INFO(vary);
    try {
      (void)plan_of({vary});
      FAIL("it was taken");
    } catch (const Error& error) {
      CHECK(error.kind == Failure::usage);
      CHECK_THAT(error.what(), Contains(message));
      CHECK_THAT(error.what(), Catch::Matchers::StartsWith("--vary " + vary + ": "));
    }
  }
  CHECK_THROWS_WITH(plan_of({"train.epochs=1,2", "train.epochs=3"}),
                    Contains("axis 'train.epochs' is given twice"));
  const ScenarioText empty{"x.toml", sweep_text + "[sweep]\n\"train.epochs\" = []\n"};
  CHECK_THROWS_WITH(plan_of({}, 0, {}, empty),
                    "x.toml:25: sweep: axis 'train.epochs' has no values");
  const ScenarioText wrong{"x.toml", sweep_text + "[sweep]\n\"train.epoch\" = [1]\n"};
  CHECK_THROWS_WITH(plan_of({}, 0, {}, wrong),
                    Contains("x.toml:25: sweep: unknown key 'train.epoch'"));
}

TEST_CASE("an axis that no arm follows is refused, and one that some do not is remarked on",
          "[sweep]") {
  const std::vector<Axis> axes = read_axes(scenario, {"train.learning_rate=0.1,0.2"});
  CHECK(check_axes(scenario, {}, axes) ==
        Texts{"train.learning_rate is without effect in bp, which sets it or has no use for it"});
  CHECK_THROWS_WITH(check_axes(scenario, {"arm.ftp.train.learning_rate=1"}, axes),
                    Contains("makes no difference: every arm sets its own (vary "
                             "arm.NAME.train.learning_rate instead)"));
}

TEST_CASE("the arms that a tuned setting does not act on are noted", "[sweep]") {
  const auto apart = [](const Texts& vary, const std::string& tune) {
    const Texts set{"data.validation=8", "arm.ftp.train.schedule=exponential"};
    std::vector<Axis> axes = read_axes(scenario, vary, {tune});
    (void)check_axes(scenario, set, axes);
    note_arms_apart(scenario, set, axes);
    return axes.back().apart;
  };
  CHECK(apart({}, "train.learning_rate=0.1,0.2") == Texts{"bp"});
  CHECK(apart({}, "arm.bp.train.learning_rate=0.1,0.2") == Texts{"ftp"});
  CHECK(apart({}, "train.batch=4,8").empty());
  CHECK(apart({}, "train.epochs=1,2").empty());
  CHECK(apart({}, "arm.ftp.train.learning_rate+arm.bp.train.learning_rate=0.1,0.2").empty());
  CHECK(apart({}, "train.decay=0.1,0.2") == Texts{"bp"});
  // bp has use for it with the last value of another axis
  CHECK(apart({"arm.bp.train.schedule=constant,exponential"}, "train.decay=0.1,0.2").empty());
  // the last values of these axes do not go together: such points fail, the others do not
  CHECK(apart({"device.model=soft_bounds,ideal", "cell.kind=single,differential"},
              "train.learning_rate=0.1,0.2") == Texts{"bp"});
}

TEST_CASE("a grid has every combination once, the last axis fastest", "[sweep]") {
  const Plan plan = plan_of({"train.epochs=1,2", "train.seeds=5,6,7"});
  REQUIRE(plan.points() == 6);
  CHECK(plan.label(0) == "train.epochs=1, train.seeds=[5]");
  CHECK(plan.label(1) == "train.epochs=1, train.seeds=[6]");
  CHECK(plan.label(5) == "train.epochs=2, train.seeds=[7]");
  CHECK(plan_of({}).points() == 1);
}

TEST_CASE("a sample of a grid is spread evenly and has no point twice", "[sweep][property]") {
  const Texts vary{"train.learning_rate=0:1:16", "device.dw_min=0.001:0.1:16:log"};
  const Plan plan = plan_of(vary, 16);
  REQUIRE(plan.points() == 16);
  std::set<Texts> different;
  std::vector<int> quarters(16, 0);
  for (std::size_t p = 0; p < 16; ++p) {
    different.insert(plan.overrides(p));
    ++quarters[plan.point(p)[0] / 4 * 4 + plan.point(p)[1] / 4];
  }
  CHECK(different.size() == 16);
  // the first 16 points of the sequence lie one in each sixteenth of the square
  CHECK(quarters == std::vector<int>(16, 1));
  CHECK(plan_of(vary, 16).values == plan.values);
  CHECK(plan_of(vary, 256).points() == 256);
  CHECK_THROWS_WITH(plan_of(vary, 257),
                    "--sample: 257 is out of range [1, 256] (the points of the grid)");
  CHECK_THROWS_WITH(plan_of({}, 2), Contains("there are no axes to draw from"));
  CHECK_THROWS_WITH(
      plan_of({"train.seeds=0:9999:10000", "train.epochs=1:1000:1000"}),
      "sweep: the grid has more than 1000000 points (draw some of them with --sample)");
  CHECK(plan_of({"train.seeds=0:9999:10000", "train.epochs=1:1000:1000"}, 100).points() == 100);
}

TEST_CASE("every place of a sample has all values of what is tuned", "[sweep]") {
  Plan plan{.scenario = scenario, .folder = "/tmp"};
  plan.axes = read_axes(scenario, {"train.batch=1:64:64", "train.epochs=1:16:16"},
                        {"train.learning_rate=0.1,0.2,0.3"});
  lay_points(plan, 10);
  REQUIRE(plan.points() == 30);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::set<std::uint32_t>> places;
  for (std::size_t point = 0; point < 30; ++point) {
    const auto at = plan.point(point);
    places[{at[0], at[1]}].insert(at[2]);
  }
  CHECK(places.size() == 10);
  for (const auto& [place, rates] : places) CHECK(rates.size() == 3);
  REQUIRE_THROWS_WITH(lay_points(plan, 1025), Contains("out of range [1, 1024]"));
}

TEST_CASE("a plan is read back as it was written, whatever the scenario holds", "[sweep]") {
  const test::Folder folder;
  const ScenarioText awkward{
      "a \"b\".toml", "# \\ \"quotes\" and \"\"\"three\"\"\" \r\n" + sweep_text + "# ends in \""};
  Plan plan = plan_of({"train.epochs=1,2", "train.seeds=5,6,7"}, 4, {"title=\"x\""}, awkward);
  plan.data_dir = "/data dir";
  write_plan(folder / "plan.toml", plan);
  const Plan read = read_plan(folder / "plan.toml");
  CHECK(read.scenario.name == plan.scenario.name);
  CHECK(read.scenario.text == plan.scenario.text);
  CHECK(read.data_dir == plan.data_dir);
  CHECK(read.values == plan.values);
  CHECK(read.overrides(2) == plan.overrides(2));
  CHECK(difference(read, plan).empty());
  CHECK(difference(read, plan_of({"train.epochs=1,2", "train.seeds=5,6,8"}, 4, {"title=\"x\""},
                                 awkward)) ==
        "axis 2: train.seeds = [5],[6],[7] there, train.seeds = [5],[6],[8] here");
  CHECK_THAT(difference(read, plan_of({"train.epochs=1,2"})), Contains("the scenario, line 1: "));
}

TEST_CASE("a plan remembers what is tuned", "[sweep]") {
  const test::Folder folder;
  Plan plan = plan_of({"train.epochs=1,2", "train.batch=4,8"});
  const Plan swept = plan;
  plan.axes[1].use = Axis::Use::tune;
  plan.axes[1].apart = {"bp"};
  write_plan(folder / "plan.toml", plan);
  const Plan read = read_plan(folder / "plan.toml");
  CHECK(read.axes[0].use == Axis::Use::sweep);
  CHECK(read.axes[1].use == Axis::Use::tune);
  CHECK(read.axes[0].apart.empty());
  CHECK(read.axes[1].apart == Texts{"bp"});
  CHECK(difference(read, swept) == "axis 2: tuned train.batch = 4,8 there, train.batch = 4,8 here");
}

TEST_CASE("a plan whose tuned axis is not behind the others is refused", "[sweep]") {
  const test::Folder folder;
  Plan plan = plan_of({"train.epochs=1,2", "train.batch=4,8"});
  plan.axes[0].use = Axis::Use::tune;
  write_plan(folder / "plan.toml", plan);
  CHECK_THROWS_WITH(read_plan(folder / "plan.toml"),
                    Contains("an axis that is tuned stands before one that is not"));
}

TEST_CASE("a damaged plan is refused in one line", "[sweep]") {
  const test::Folder folder;
  write_plan(folder / "plan.toml", plan_of({"train.epochs=1,2"}));
  std::ifstream file(folder / "plan.toml");
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  const std::vector<std::pair<std::string, std::string>> changes{
      {"[1],", "[7],"},
      {"[1],", "[],"},
      {"[1],", "[-1],"},
      {"memtrain plan 1", "memtrain plan 2"},
      {"points = [", "point = ["},
      {"key = ", "kay = "},
      {"values = [", "values = "}};
  for (const auto& [from, to] : changes) {
    INFO(from << " → " << to);
    std::string changed = whole;
    changed.replace(changed.find(from), from.size(), to);
    std::ofstream(folder / "plan.toml") << changed;
    try {
      (void)read_plan(folder / "plan.toml");
      FAIL("it was taken");
    } catch (const Error& error) {
      CHECK(error.kind == Failure::data);
      CHECK_THAT(error.what(), Contains("plan.toml: not a plan of a sweep ("));
    }
  }
}
