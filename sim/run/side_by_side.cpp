#include "sim/run/side_by_side.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include "sim/base/parallel.h"

namespace memtrain {
namespace {

using Clock = std::chrono::steady_clock;

/// Nobody reads faster: a mini-batch of one sample may take less time than to tell about it.
constexpr auto time_between_reports = std::chrono::milliseconds(50);

/// The record and the progress of all tasks, shared by the threads that train them.
class SharedRun {
 public:
  SharedRun(const Scenario& scenario, const Dataset& data, std::filesystem::path file,
            RunRecord& record, RunObserver& observer)
      : file_(std::move(file)), record_(record), observer_(observer) {
    record_.seeds = scenario.seeds;
    record_.baselines = data.baselines;
    for (const Arm& arm : scenario.arms) {
      record_.arms.push_back({.name = arm.name,
                              .rule = std::string(arm.rule->name),
                              .device = arm.device,
                              .settings = arm.toml,
                              .classes = data.target.classes,
                              .layers = layer_shapes(arm, data),
                              .seeds = std::vector<SeedRecord>(scenario.seeds.size())});
      record_.epochs = std::max<Index>(record_.epochs, arm.train.epochs);
      for (const std::int64_t seed : scenario.seeds) {
        tasks_.push_back({.arm = arm.name,
                          .seed = seed,
                          .epochs = arm.train.epochs,
                          .of_samples = samples_per_epoch(arm, data)});
      }
    }
    began_.resize(tasks_.size());
    write_result(record_, file_.string());
  }

  void start(std::size_t task) {
    const std::lock_guard lock(guard_);
    tasks_[task].state = TaskProgress::State::training;
    began_[task] = Clock::now();
    observer_.progress(tasks_, task);
  }

  /// `time`: when the mini-batch ended.
  void batch(std::size_t task, Index epoch, Index samples, double correct, Clock::time_point time) {
    const std::lock_guard lock(guard_);
    TaskProgress& now = tasks_[task];
    now.epoch = epoch;
    now.samples = samples;
    now.correct = correct;
    const double seconds = std::chrono::duration<double>(time - began_[task]).count();
    const auto done = static_cast<double>((epoch - 1) * now.of_samples + samples);
    const auto all = static_cast<double>(now.epochs * now.of_samples);
    now.samples_per_second = done / seconds;
    now.seconds_left = (all - done) / now.samples_per_second;
    observer_.progress(tasks_, task);
  }

  void epoch(std::size_t task, const EpochRecord& epoch) {
    const std::lock_guard lock(guard_);
    tasks_[task].test_accuracy = epoch.test_accuracy;
    tasks_[task].test_mse = epoch.test_mse;
    seed_record(task).epochs.push_back(epoch);
    write_result(record_, file_.string());
    observer_.milestone(tasks_, task);
  }

  void end(std::size_t task, ArmOutcome&& outcome) {
    const std::lock_guard lock(guard_);
    using State = TaskProgress::State;
    tasks_[task].state = outcome.end == ArmEnd::finished  ? State::finished
                         : outcome.end == ArmEnd::stopped ? State::stopped
                                                          : State::diverged;
    SeedRecord& seed = seed_record(task);
    seed.diverged = outcome.end == ArmEnd::diverged;
    seed.finished = outcome.end == ArmEnd::finished;
    seed.confusion = std::move(outcome.confusion);
    seed.weights = std::move(outcome.weights);
    observer_.milestone(tasks_, task);
  }

  /// Closes the record with the status that its tasks add up to.
  void close(bool interrupted) {
    const bool diverged = std::any_of(tasks_.begin(), tasks_.end(), [](const TaskProgress& task) {
      return task.state == TaskProgress::State::diverged;
    });
    record_.status = interrupted ? RunStatus::interrupted
                     : diverged  ? RunStatus::diverged
                                 : RunStatus::complete;
    record_.finished = time_stamp();
    write_result(record_, file_.string());
  }

  [[nodiscard]] bool all_ended() const {
    return std::none_of(tasks_.begin(), tasks_.end(), [](const TaskProgress& task) {
      return task.state == TaskProgress::State::waiting ||
             task.state == TaskProgress::State::stopped;
    });
  }

 private:
  SeedRecord& seed_record(std::size_t task) {
    return record_.arms[task / record_.seeds.size()].seeds[task % record_.seeds.size()];
  }

  std::filesystem::path file_;
  RunRecord& record_;
  RunObserver& observer_;
  std::vector<TaskProgress> tasks_;
  std::vector<Clock::time_point> began_;
  std::mutex guard_;
};

/// Passes on what one task tells; used by the thread that trains it only.
class TaskObserver final : public ArmObserver {
 public:
  /// `samples_per_epoch`: of this task.
  TaskObserver(SharedRun& run, std::size_t task, Index samples_per_epoch)
      : run_(run), task_(task), samples_per_epoch_(samples_per_epoch) {}
  void batch(Index epoch, Index samples, double correct) override {
    // whether to tell is decided before the lock that all threads share
    const Clock::time_point now = Clock::now();
    // the last of an epoch is always told: the milestone that follows shows its numbers
    if (samples < samples_per_epoch_ && now - reported_ < time_between_reports) return;
    reported_ = now;
    run_.batch(task_, epoch, samples, correct, now);
  }
  void epoch(const EpochRecord& record) override { run_.epoch(task_, record); }

 private:
  SharedRun& run_;
  std::size_t task_;
  Index samples_per_epoch_;
  Clock::time_point reported_;  // long ago: the first mini-batch is told
};

}  // namespace

std::string time_stamp() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

void run_side_by_side(const Scenario& scenario, const Dataset& data, std::size_t jobs,
                      const std::filesystem::path& file, RunRecord& record, RunObserver& observer,
                      const std::stop_token& stop) {
  SharedRun run(scenario, data, file, record, observer);
  const std::size_t seeds = scenario.seeds.size();
  run_tasks(scenario.arms.size() * seeds, jobs, [&](std::size_t task) {
    if (stop.stop_requested()) return;
    const Arm& arm = scenario.arms[task / seeds];
    run.start(task);
    TaskObserver heard(run, task, samples_per_epoch(arm, data));
    run.end(task, train_arm(arm, static_cast<std::uint64_t>(scenario.seeds[task % seeds]), data,
                            scenario.record, heard, stop));
  });
  run.close(!run.all_ended());
}

}  // namespace memtrain
