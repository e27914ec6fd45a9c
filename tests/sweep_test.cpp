#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>

#include "sim/base/error.h"
#include "sim/base/file_lock.h"
#include "sim/base/processes.h"
#include "sim/report/sweep_summary.h"
#include "sim/sweep/estimate.h"
#include "sim/sweep/local_engine.h"
#include "sim/sweep/slurm_engine.h"
#include "sim/sweep/status.h"
#include "sim/sweep/table.h"
#include "tests/temporary_folder.h"

using namespace memtrain;
using Catch::Matchers::Contains;
using Texts = std::vector<std::string>;

namespace {

const std::string text = R"([data]
name = "patterns"
shape = [1, 6, 1]
classes = 3
train_samples = 40
test_samples = 12
[network]
layers = [ { units = 5 }, { units = 3, activation = "softmax" } ]
[train]
epochs = 2
batch = 8
learning_rate = 0.1
[record]
alignment_batches = 0
[device]
model = "soft_bounds"
[[arm]]
name = "ftp"
rule = "ftp"
[[arm]]
name = "bp"
rule = "bp"
train.learning_rate = 0.05
)";

const ScenarioText scenario{"x.toml", text};

Plan plan_of(const Texts& vary, std::size_t sample = 0, const Texts& set = {},
             const ScenarioText& of = scenario) {
  Plan plan{.scenario = of, .set = set, .folder = "/tmp"};
  plan.axes = read_axes(plan.scenario, vary);
  (void)check_axes(plan.scenario, plan.set, plan.axes);
  lay_points(plan, sample);
  return plan;
}

Texts values(const std::string& vary) { return read_axes(scenario, {vary}).at(0).values; }

/// Keeps how points end.
class Ends final : public SweepObserver {
 public:
  void passed(const SweepProgress&) override {}
  void ended(std::size_t point, PointEnd end, const std::string& reason,
             const SweepProgress&) override {
    ends[point] = end;
    reasons[point] = reason;
  }
  std::map<std::size_t, PointEnd> ends;
  std::map<std::size_t, std::string> reasons;
};

struct Sweep {
  test::Folder place;
  Plan plan;
  SweepFolder folder{place.path / "sweep"};

  explicit Sweep(Plan of) : plan(std::move(of)) {
    folder.make();
    write_plan(folder.plan(), plan);
  }
  SweepOutcome run(Ends& ends, std::size_t workers = 2) {
    std::vector<std::size_t> points;
    for (std::size_t p = 0; p < plan.points(); ++p) points.push_back(p);
    PointRunner runner(plan, folder, {.git_commit = "here"}, 1);
    runner.share_data();
    return run_locally(runner, points, workers, ends);
  }
};

}  // namespace

TEST_CASE("an axis is a list, equal steps or equal factors", "[sweep]") {
  CHECK(values("train.learning_rate=0.1,0.2, 0.5") == Texts{"0.1", "0.2", "0.5"});
  CHECK(values("train.learning_rate=0.1:0.3:3") == Texts{"0.1", "0.2", "0.3"});
  CHECK(values("train.learning_rate=0.001:1:4:log") == Texts{"0.001", "0.01", "0.1", "1"});
  CHECK(values("train.epochs=1:4:4") == Texts{"1", "2", "3", "4"});
  CHECK(values("train.epochs=1:3:5") == Texts{"1", "2", "3"});  // whole numbers, each once
  CHECK(values("train.seeds=4,7") == Texts{"[4]", "[7]"});
  CHECK(values("train.seeds=[0, 1],[2, 3]") == Texts{"[0, 1]", "[2, 3]"});
  CHECK(values("arm.bp.device.model=soft_bounds,exp_step") == Texts{"soft_bounds", "exp_step"});
}

TEST_CASE("axes come from the scenario's table, and --vary replaces them", "[sweep]") {
  const ScenarioText with{"x.toml", text +
                                        "[sweep]\n\"train.batch\" = [4, 8]\n"
                                        "device.dw_min = \"0.001:0.1:3:log\"\n"};
  const std::vector<Axis> axes = read_axes(with, {"train.batch=2", "train.seeds=0,1"});
  REQUIRE(axes.size() == 3);
  std::map<std::string, Texts> found;
  for (const Axis& axis : axes) found[axis.key] = axis.values;
  CHECK(found["device.dw_min"] == Texts{"0.001", "0.01", "0.1"});
  CHECK(found["train.batch"] == Texts{"2"});
  CHECK(found["train.seeds"] == Texts{"[0]", "[1]"});
  CHECK(read_axes({"x.toml", axes_toml(axes)}, {}).size() == 3);
  CHECK(axes_toml(axes).starts_with("\n[sweep]\n"));
  // a run takes no notice of the table
  CHECK(read_scenario(with, {}).toml == read_scenario(scenario, {}).toml);
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
  const ScenarioText empty{"x.toml", text + "[sweep]\n\"train.epochs\" = []\n"};
  CHECK_THROWS_WITH(plan_of({}, 0, {}, empty),
                    "x.toml:25: sweep: axis 'train.epochs' has no values");
  const ScenarioText wrong{"x.toml", text + "[sweep]\n\"train.epoch\" = [1]\n"};
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

TEST_CASE("a plan is read back as it was written, whatever the scenario holds", "[sweep]") {
  const test::Folder folder;
  const ScenarioText awkward{"a \"b\".toml",
                             "# \\ \"quotes\" and \"\"\"three\"\"\" \r\n" + text + "# ends in \""};
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

TEST_CASE("every point is done, with the numbers of a run of its own", "[sweep]") {
  Sweep sweep(plan_of({"train.epochs=1,2", "train.seeds=5,6"}));
  Ends ends;
  const SweepOutcome outcome = sweep.run(ends);
  CHECK(outcome.failed == 0);
  CHECK_FALSE(outcome.interrupted);
  for (std::size_t p = 0; p < 4; ++p) {
    CHECK(ends.ends.at(p) == PointEnd::complete);
    const Scenario alone = read_scenario(scenario, sweep.plan.overrides(p));
    const RunRecord record = read_result(sweep.folder.result(p).string());
    CHECK(record.scenario == alone.toml);
    CHECK(record.status == RunStatus::complete);
    CHECK(record.git_commit == "here");
    CHECK(record.arms.size() == 2);
    CHECK(record.arms[1].seeds[0].epochs.size() == (p < 2 ? 2 : 3));
  }
  CHECK(std::filesystem::is_empty(sweep.folder.root() / "work"));
  const SweepCounts counts = count_points(sweep.plan, sweep.folder);
  CHECK(counts.done == 4);
  CHECK(counts.waiting + counts.running + counts.interrupted + counts.failed == 0);
}

TEST_CASE("a point that fails is kept with its reason, the others are done", "[sweep]") {
  Plan plan = plan_of({"data.train_samples=40,50"});
  plan.axes[0].values[1] = "4";  // fewer than a mini-batch: found out when it runs
  Sweep sweep(plan);
  Ends ends;
  const SweepOutcome outcome = sweep.run(ends);
  CHECK(outcome.failed == 1);
  CHECK(ends.ends.at(0) == PointEnd::complete);
  CHECK(ends.ends.at(1) == PointEnd::failed);
  CHECK_THAT(ends.reasons.at(1), Contains("train.batch: 8 is out of range [1, 4]"));
  CHECK(sweep.folder.failure_reason(1) == ends.reasons.at(1));
  const SweepCounts counts = count_points(sweep.plan, sweep.folder);
  CHECK(counts.failed == 1);
  REQUIRE(counts.some_failures.size() == 1);
  CHECK(counts.some_failures[0].first == 1);
  // tried again once its cause is gone
  sweep.plan.axes[0].values[1] = "50";
  CHECK(sweep.run(ends).failed == 0);
  CHECK(ends.ends.at(1) == PointEnd::complete);
  CHECK(count_points(sweep.plan, sweep.folder).failed == 0);
}

TEST_CASE("a diverged point is a result", "[sweep]") {
  Sweep sweep(plan_of({"train.learning_rate=0.1,1e6"}, 0,
                      {"arm.ftp.array.kind=exact", "arm.ftp.rule=bp", "train.loss=squared_error",
                       "network.layers=[ { units = 5, activation = \"relu\" }, { units = 3, "
                       "activation = \"linear\" } ]"}));
  Ends ends;
  CHECK(sweep.run(ends).failed == 0);
  CHECK(ends.ends.at(1) == PointEnd::diverged);
  const std::vector<SweepRow> rows = sweep_rows(sweep.plan, sweep.folder, 1);
  REQUIRE(rows.size() == 4);
  CHECK(rows[2].arm == "ftp");
  CHECK(rows[2].status == "diverged");
  CHECK(rows[3].status == "complete");
}

TEST_CASE("points that another process is working on are waited for", "[sweep]") {
  Sweep sweep(plan_of({"train.seeds=5,6"}));
  auto held = FileLock::take(sweep.folder.work(1).string() + ".lock", LockKind::exclusive);
  REQUIRE(held.has_value());
  /// Lets go when it hears that the point is waited for.
  class LettingGo final : public SweepObserver {
   public:
    explicit LettingGo(std::optional<FileLock>& lock) : lock_(lock) {}
    void passed(const SweepProgress&) override {}
    void ended(std::size_t point, PointEnd end, const std::string&, const SweepProgress&) override {
      told.emplace_back(point, end);
      if (end == PointEnd::held) lock_.reset();
    }
    std::vector<std::pair<std::size_t, PointEnd>> told;

   private:
    std::optional<FileLock>& lock_;
  } observer(held);
  PointRunner runner(sweep.plan, sweep.folder, {}, 1);
  CHECK(run_locally(runner, std::vector<std::size_t>{1}, 1, observer).failed == 0);
  CHECK(observer.told == std::vector<std::pair<std::size_t, PointEnd>>{{1, PointEnd::held},
                                                                       {1, PointEnd::complete}});
}

TEST_CASE("a checkpoint that does not fit costs time, not numbers", "[sweep]") {
  Sweep sweep(plan_of({"train.seeds=5,6"}));
  std::ofstream(sweep.folder.work(0).string() + ".ckpt") << "memtrain checkpoint 99\n";
  std::ofstream(sweep.folder.work(1)) << "half a result";
  Ends ends;
  CHECK(sweep.run(ends).failed == 0);
  CHECK(ends.ends.at(0) == PointEnd::complete);
  CHECK(ends.ends.at(1) == PointEnd::complete);
  CHECK(std::filesystem::is_empty(sweep.folder.root() / "work"));
}

TEST_CASE("the table has a row for each point, arm and seed, and for points without a result",
          "[sweep]") {
  Plan plan = plan_of({"data.train_samples=40,50", "train.seeds=[5, 6],[7]"});
  plan.axes[0].values[1] = "4";
  Sweep sweep(plan);
  Ends ends;
  (void)sweep.run(ends);
  std::ofstream(sweep.folder.result(1)) << "not a result";
  for (const std::size_t processes : {1U, 2U}) {
    const std::vector<SweepRow> rows = sweep_rows(sweep.plan, sweep.folder, processes);
    REQUIRE(rows.size() == 4 + 1 + 2);
    CHECK(rows[0].arm == "ftp");
    CHECK(rows[0].seed == 5);
    CHECK(rows[1].seed == 6);
    CHECK(rows[2].arm == "bp");
    const RunRecord record = read_result(sweep.folder.result(0).string());
    const auto& epochs = record.arms[1].seeds[0].epochs;
    CHECK(rows[2].last.test_accuracy == epochs.back().test_accuracy);
    CHECK(rows[2].last.write_pulses == epochs.back().write_pulses);
    double best = 0;
    for (const EpochRecord& epoch : epochs) best = std::max(best, epoch.test_accuracy);
    CHECK(rows[2].best.test_accuracy == best);
    CHECK(rows[4].status == "damaged");
    CHECK_THAT(rows[4].reason, Contains("000001.h5: not an HDF5 file"));
    CHECK(rows[5].status == "failed");
    CHECK(rows[5].arm.empty());
    CHECK_THAT(rows[5].reason, Contains("train.batch"));
  }
  write_sweep_table(sweep.plan, sweep.folder, sweep_rows(sweep.plan, sweep.folder, 1));
  CHECK(std::filesystem::exists(sweep.folder.table()));
  CHECK_THAT(sweep_summary(sweep.plan, sweep_rows(sweep.plan, sweep.folder, 1)),
             Contains("1 of 4 points have a result"));
  CHECK(drop_damaged(sweep.folder, sweep_rows(sweep.plan, sweep.folder, 1)) ==
        std::vector<std::size_t>{1});
  CHECK(sweep.folder.states(4)[1] == PointState::waiting);
}

TEST_CASE("an estimate of a point knows its tasks and the size of its result", "[sweep]") {
  Sweep sweep(plan_of({"train.epochs=20,40"}, 0, {"train.seeds=[1, 2, 3]"}));
  const PointEstimate estimate = estimate_point(sweep.plan, 1);
  CHECK(estimate.tasks == 6);
  CHECK(estimate.seconds > 0);
  Ends ends;
  (void)sweep.run(ends);
  const auto bytes = static_cast<double>(std::filesystem::file_size(sweep.folder.result(1)));
  CHECK(estimate.bytes == Approx(bytes).epsilon(0.3));
}

TEST_CASE("numbers of array tasks are written as ranges", "[sweep]") {
  CHECK(array_text({0, 1, 2, 3, 7, 9, 10}) == "0-3,7,9-10");
  CHECK(array_text({5}) == "5");
}

TEST_CASE("processes hand back what they found, in order", "[sweep]") {
  const auto answers = in_processes(3, [](std::size_t number) {
    return std::vector<char>(number * 100'000, static_cast<char>('a' + number));
  });
  REQUIRE(answers.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(answers[i] == std::vector<char>(i * 100'000, static_cast<char>('a' + i)));
  }
  CHECK_THROWS_AS(in_processes(2, [](std::size_t) -> std::vector<char> { throw 1; }), Error);
}

TEST_CASE("a lock is one process's at a time, unless it is shared", "[sweep]") {
  const test::Folder folder;
  const std::string file = folder / "x";
  {
    auto first = FileLock::take(file, LockKind::exclusive);
    REQUIRE(first.has_value());
    CHECK_FALSE(FileLock::take(file, LockKind::exclusive).has_value());
    CHECK_FALSE(FileLock::take(file, LockKind::shared).has_value());
  }
  {
    const auto first = FileLock::take(file, LockKind::shared);
    CHECK(FileLock::take(file, LockKind::shared).has_value());
    CHECK_FALSE(FileLock::take(file, LockKind::exclusive).has_value());
  }
  {
    auto last = FileLock::take(file, LockKind::exclusive);
    REQUIRE(last.has_value());
    last->remove_file_at_end();
  }
  CHECK_FALSE(std::filesystem::exists(file));
}
