#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <map>

#include "sim/base/file_lock.h"
#include "sim/report/sweep/sweep_summary.h"
#include "sim/sweep/estimate.h"
#include "sim/sweep/local_engine.h"
#include "sim/sweep/same_data.h"
#include "sim/sweep/slurm_engine.h"
#include "sim/sweep/status.h"
#include "sim/sweep/table.h"
#include "tests/sweep_fixture.h"
#include "tests/temporary_folder.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Matchers::Contains;

namespace {

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
  [[nodiscard]] SweepCounts counts() const {
    return count_points(folder, sweep_rows(plan, folder, 1));
  }
};

}  // namespace

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
    CHECK(record.data == data_fingerprint(load_dataset(alone.data, {})));
    CHECK(record.arms.size() == 2);
    CHECK(record.arms[1].seeds[0].epochs.size() == (p < 2 ? 2 : 3));
  }
  CHECK(std::filesystem::is_empty(sweep.folder.root() / "work"));
  const SweepCounts counts = sweep.counts();
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
  const SweepCounts counts = sweep.counts();
  CHECK(counts.failed == 1);
  REQUIRE(counts.troubles.size() == 1);
  CHECK(counts.troubles[0].point == 1);
  // tried again once its cause is gone
  sweep.plan.axes[0].values[1] = "50";
  CHECK(sweep.run(ends).failed == 0);
  CHECK(ends.ends.at(1) == PointEnd::complete);
  CHECK(sweep.counts().failed == 0);
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
  const std::vector<SweepRow> merged = sweep_rows(sweep.plan, sweep.folder, 1);
  CHECK_THAT(sweep_summary(places_of(sweep.plan, merged)), Contains("1 of 4 points have a result"));
  CHECK(drop_damaged(sweep.folder, sweep_rows(sweep.plan, sweep.folder, 1)) ==
        std::vector<std::size_t>{1});
  CHECK(sweep.folder.states(4)[1] == PointState::waiting);
}

TEST_CASE("a point whose result is damaged is not done, and its file and what it has are told",
          "[sweep]") {
  Sweep sweep(plan_of({"train.seeds=5,6,7"}));
  Ends ends;
  (void)sweep.run(ends);
  std::filesystem::resize_file(sweep.folder.result(1), 5000);
  const SweepCounts counts = sweep.counts();
  CHECK(counts.done == 2);
  CHECK(counts.unreadable == 1);
  CHECK(counts.failed + counts.waiting + counts.running + counts.interrupted == 0);
  REQUIRE(counts.troubles.size() == 1);
  CHECK(counts.troubles[0].point == 1);
  CHECK_THAT(counts.troubles[0].reason, Contains("000001.h5: damaged result file ("));
  // what to do with a file that is alone is not what to do here
  CHECK_THAT(counts.troubles[0].reason, !Contains("run the scenario again"));
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

TEST_CASE("what a checkpoint holds is no training of the process that goes on from it", "[sweep]") {
  using State = TaskProgress::State;
  std::vector<TaskProgress> tasks(2);
  for (TaskProgress& task : tasks) task.epochs = 10, task.of_samples = 100;
  PointPart fresh;
  CHECK_FALSE(fresh.has_trained());
  fresh.hear(tasks);
  CHECK_FALSE(fresh.has_trained());
  tasks[0].epoch = 1, tasks[0].samples = 10;
  fresh.hear(tasks);
  CHECK(fresh.has_trained());
  CHECK(fresh.before == 0);

  tasks[0].state = State::finished, tasks[0].before = 1;
  tasks[1].epoch = 5, tasks[1].samples = 100, tasks[1].before = 0.5;
  PointPart resumed;
  resumed.hear(tasks);
  CHECK(resumed.now == 0.75);
  CHECK_FALSE(resumed.has_trained());  // its arrays are not there yet
  // the first it tells of: the checkpoint was made within an epoch
  tasks[1].epoch = 6, tasks[1].samples = 80, tasks[1].before = 0.58;
  resumed.hear(tasks);
  CHECK(resumed.before == Approx(0.79));
  CHECK(resumed.now == Approx(resumed.before));
  tasks[1].samples = 100;
  resumed.hear(tasks);
  CHECK(resumed.has_trained());
  CHECK(resumed.before == Approx(0.79));
  // the checkpoint did not fit: all is begun anew
  for (TaskProgress& task : tasks) task.state = State::training, task.epoch = 0, task.before = 0;
  resumed.hear(tasks);
  CHECK_FALSE(resumed.has_trained());
  tasks[0].epoch = 1;
  resumed.hear(tasks);
  CHECK(resumed.has_trained());
}

TEST_CASE("the time left is told by what this call has trained, not by what it found", "[sweep]") {
  SweepProgress progress{.points = 4};
  CHECK(std::isnan(seconds_left(progress, 10)));
  // found with nine tenths of its training done: no pace yet
  progress.running = {{1, 0.9, 0.9}};
  CHECK(std::isnan(seconds_left(progress, 10)));
  // a twentieth of a point in 30 s; 4 - 0.95 are left
  progress.running = {{1, 0.95, 0.9}};
  CHECK(seconds_left(progress, 30) == Approx(30 / 0.05 * 3.05));
  // it ends: a tenth of a point in 60 s
  progress.running.clear();
  progress.done = 1;
  progress.trained = 0.1;
  CHECK(seconds_left(progress, 60) == Approx(60 / 0.1 * 3));
  progress.failed = 1;
  progress.trained = 1.1;
  progress.running = {{2, 0.5, 0}, {3, 0.25, 0}};
  CHECK(seconds_left(progress, 100) == Approx(100 / 1.85 * 1.25));
}

TEST_CASE("a sweep does not go on with data other than its results were made with", "[sweep]") {
  Sweep sweep(plan_of({"data.train_samples=40,50", "train.seeds=5,6"}));
  Ends ends;
  (void)sweep.run(ends);
  std::vector<SweepRow> rows = sweep_rows(sweep.plan, sweep.folder, 1);
  const auto problem = [&]() -> std::string {
    try {
      require_same_data(sweep.plan, sweep.folder, rows);
    } catch (const Error& error) {
      CHECK(error.kind == Failure::data);
      return error.what();
    }
    return "none";
  };
  CHECK(problem() == "none");
  CHECK(rows.front().data.starts_with("40x6 0x0 12x6 adler32 "));
  CHECK(rows.back().data.starts_with("50x6 0x0 12x6 adler32 "));
  const std::string now = rows.back().data;
  rows.back().data = "50x6 0x0 12x6 adler32 01234567";
  CHECK_THAT(problem(), Contains("000003.h5: is not of this sweep: it was made with other data: "
                                 "50x6 0x0 12x6 adler32 01234567 there, " +
                                 now + " here (put that right, or remove the file"));
  // data that are not at hand are known by nobody
  sweep.plan.set = {"data.name=mnist", "data.path=/nowhere"};
  CHECK(problem() == "none");
  sweep.plan.set.clear();
  // a result from before does not tell what it was made with
  rows.back().data.clear();
  CHECK(problem() == "none");
}

TEST_CASE("results of one sweep that were made with different data are told of", "[sweep]") {
  Sweep sweep(plan_of({"data.train_samples=40,50", "train.seeds=5,6"}));
  Ends ends;
  (void)sweep.run(ends);
  std::vector<SweepRow> rows = sweep_rows(sweep.plan, sweep.folder, 1);
  CHECK(mixed_data(sweep.plan, sweep.folder, rows).empty());
  const std::string before = rows.back().data;
  rows.back().data = "50x6 0x0 12x6 adler32 01234567";
  CHECK_THAT(mixed_data(sweep.plan, sweep.folder, rows),
             Contains("000003.h5 was made with other data than ") &&
                 Contains("000002.h5: 50x6 0x0 12x6 adler32 01234567, not " + before));
  for (SweepRow& row : rows) {  // those that share its data do not tell
    if (&row != &rows.back() && row.data == before) row.data.clear();
  }
  CHECK(mixed_data(sweep.plan, sweep.folder, rows).empty());
}

TEST_CASE("numbers of array tasks are written as ranges", "[sweep]") {
  CHECK(array_text({0, 1, 2, 3, 7, 9, 10}) == "0-3,7,9-10");
  CHECK(array_text({5}) == "5");
}

TEST_CASE("what the user tells sbatch stands behind what a sweep tells it, so that it counts",
          "[sweep]") {
  const SweepFolder folder("/s");
  const SlurmSettings settings{.partition = "main",
                               .options = {"--cpus-per-task=7", "--exclusive"}};
  for (const Texts& options :
       {array_options(folder, settings, {0, 1, 4}), merge_options(folder, settings, "12")}) {
    REQUIRE(options.size() > 3);
    CHECK(options.front() == "--partition=main");
    CHECK(Texts(options.end() - 2, options.end()) == settings.options);
    CHECK(std::count(options.begin(), options.end(), "--requeue") == 1);
  }
  const Texts array = array_options(folder, settings, {0, 1, 4});
  CHECK(std::count(array.begin(), array.end(), "--array=0-1,4") == 1);
  const Texts merge = merge_options(folder, settings, "12");
  CHECK(std::count(merge.begin(), merge.end(), "--dependency=afterany:12") == 1);
}

TEST_CASE("options for sbatch that would take a sweep apart are refused, however they are written",
          "[sweep]") {
  for (const std::string option : {"--array=1-3", "--array", "--arr=1-3", "-a1-3", "-a",
                                   "--dependency=singleton", "--dep=after:1", "-d", "-dafter:1"}) {
    INFO(option);
    const bool of_array = option.find('a') < option.find('d');
    CHECK_THROWS_WITH(check_sbatch_options({"--qos=long", option}),
                      Catch::StartsWith("--sbatch-option " + option + ": ") &&
                          Contains(of_array ? "the points of the sweep" : "makes the table"));
  }
  CHECK_NOTHROW(check_sbatch_options({"--account=a", "--acctg-freq=30", "--deadline=noon",
                                      "--delay-boot=1", "-A", "-D/tmp", "long"}));
}

TEST_CASE("a result that is not of its point does not count, and is told with what differs",
          "[sweep]") {
  Sweep sweep(plan_of({"train.epochs=1,2", "train.seeds=5,6"}));
  Ends ends;
  (void)sweep.run(ends);
  const auto reason_of_first = [&](const Plan& plan) {
    const std::vector<SweepRow> rows = sweep_rows(plan, sweep.folder, 1);
    return rows.front().status == "unreadable" ? rows.front().reason : rows.front().status;
  };
  CHECK(reason_of_first(sweep.plan) == "complete");
  Plan other = sweep.plan;
  other.set = {"device.w_max=0.5"};
  CHECK_THAT(reason_of_first(other),
             Contains("000000.h5: is not of this sweep: it was made with other settings: arm "
                      "\"ftp\": device.w_max = 0.6 there, device.w_max = 0.5 here (put that right, "
                      "or remove the "
                      "file to have the point run again)"));
  // what the plan names is not at hand: nothing is known against the result
  other.set = {"device.preset=gone.toml"};
  CHECK(reason_of_first(other) == "complete");
  const std::string first = sweep.folder.result(0).string();
  std::filesystem::copy_file(sweep.folder.result(1), first,
                             std::filesystem::copy_options::overwrite_existing);
  CHECK_THAT(reason_of_first(sweep.plan),
             Contains("train.seeds = [6] there, train.seeds = [5] here"));
  RunRecord record = read_result(first);
  record.status = RunStatus::running;
  write_result(record, first);
  CHECK_THAT(reason_of_first(sweep.plan), Contains("its run is not over (running)"));
  record.status = RunStatus::complete;
  record.scenario = "[[arm]]\nname = \"\n";
  write_result(record, first);
  CHECK_THAT(reason_of_first(sweep.plan), Contains("arm \"ftp\" is not there"));
  CHECK(sweep.counts().unreadable == 1);
}
