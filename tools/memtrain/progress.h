#pragma once
#include <chrono>
#include <cstddef>

#include "sim/run/side_by_side.h"

namespace memtrain {

/// On a terminal: a line for each arm and seed, redrawn in place.
class LiveProgress final : public RunObserver {
 public:
  explicit LiveProgress(bool colour) : colour_(colour) {}
  void progress(const std::vector<TaskProgress>& tasks, std::size_t changed) override;
  void milestone(const std::vector<TaskProgress>& tasks, std::size_t changed) override;

 private:
  void draw(const std::vector<TaskProgress>& tasks);

  bool colour_;
  std::size_t lines_ = 0;
  std::chrono::steady_clock::time_point drawn_;
};

/// Elsewhere: a log line for each finished epoch.
class LoggedProgress final : public RunObserver {
 public:
  void progress(const std::vector<TaskProgress>& tasks, std::size_t changed) override;
  void milestone(const std::vector<TaskProgress>& tasks, std::size_t changed) override;
};

/// Says nothing.
class NoProgress final : public RunObserver {
 public:
  void progress(const std::vector<TaskProgress>&, std::size_t) override {}
  void milestone(const std::vector<TaskProgress>&, std::size_t) override {}
};

}  // namespace memtrain
