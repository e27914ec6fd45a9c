#pragma once
#include "sim/sweep/local_engine.h"

namespace memtrain {

/// On a terminal: a line for the whole sweep and one for each point at work, redrawn in place.
class LiveSweep final : public SweepObserver {
 public:
  LiveSweep(const Plan& plan, bool colour) : plan_(plan), colour_(colour) {}
  void passed(const SweepProgress& progress) override;
  void ended(std::size_t point, PointEnd end, const std::string& reason,
             const SweepProgress& progress) override;

 private:
  const Plan& plan_;
  bool colour_;
  std::size_t lines_ = 0;
};

/// Elsewhere: a log line for each point that ends.
class LoggedSweep final : public SweepObserver {
 public:
  explicit LoggedSweep(const Plan& plan) : plan_(plan) {}
  void passed(const SweepProgress& /*progress*/) override {}
  void ended(std::size_t point, PointEnd end, const std::string& reason,
             const SweepProgress& progress) override;

 private:
  const Plan& plan_;
};

/// Says nothing but what fails.
class QuietSweep final : public SweepObserver {
 public:
  void passed(const SweepProgress& /*progress*/) override {}
  void ended(std::size_t point, PointEnd end, const std::string& reason,
             const SweepProgress& progress) override;
};

}  // namespace memtrain
