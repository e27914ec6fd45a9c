#include "sim/base/stop_on_signal.h"

#include <pthread.h>
#include <unistd.h>

#include <ctime>

#include "sim/base/error.h"

namespace memtrain {

StopOnSignal::StopOnSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
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
    if (sigtimedwait(&signals_, nullptr, &moment) < 0) continue;
    if (stop_.stop_requested()) _exit(static_cast<int>(Failure::interrupted));
    stop_.request_stop();
  }
}

}  // namespace memtrain
