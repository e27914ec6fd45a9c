#pragma once
#include <signal.h>

#include <stop_token>
#include <thread>

namespace memtrain {

/// While it lives, Ctrl-C and SIGTERM ask for a stop instead of ending the program; a second
/// Ctrl-C ends it at once. Signals are waited for in a thread of their own, where everything may be
/// called.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  void wait(const std::stop_token& over);

  std::stop_source stop_;
  sigset_t signals_{}, before_{};
  std::jthread waiting_;
};

/// While it lives, Ctrl-C and SIGTERM wait for somebody to take them.
class BlockedStop {
 public:
  BlockedStop();
  ~BlockedStop();
  BlockedStop(const BlockedStop&) = delete;
  BlockedStop& operator=(const BlockedStop&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace memtrain
