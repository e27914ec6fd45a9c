#include "sim/base/stop_on_signal.h"

#include <pthread.h>
#include <unistd.h>

#include <ctime>

#include "sim/base/error.h"

namespace memtrain {

namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

BlockedStop::BlockedStop() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
}
BlockedStop::~BlockedStop() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

StopOnSignal::StopOnSignal() : signals_(stop_signals()) {
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  waiting_ = std::jthread([this](const std::stop_token& over) { wait(over); });
}

StopOnSignal::~StopOnSignal() {
  waiting_.request_stop();
  waiting_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopOnSignal::wait(const std::stop_token& over) {
  const timespec moment{0, 100'000'000};
  while (!over.stop_requested()) {
    const int signal = sigtimedwait(&signals_, nullptr, &moment);
    if (signal < 0) continue;
    // SIGTERM may come twice without impatience: to a process, and to all of its group
    if (stop_.stop_requested() && signal == SIGINT) _exit(static_cast<int>(Failure::interrupted));
    stop_.request_stop();
  }
}

}  // namespace memtrain
