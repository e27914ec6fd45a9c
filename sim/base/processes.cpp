#include "sim/base/processes.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <new>
#include <utility>

#include "sim/base/error.h"

namespace memtrain {
namespace {

bool write_all(int descriptor, const std::vector<char>& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = write(descriptor, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return true;
}

std::vector<char> read_all(int descriptor) {
  const off_t size = lseek(descriptor, 0, SEEK_END);
  std::vector<char> bytes(static_cast<std::size_t>(size < 0 ? 0 : size));
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        pread(descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count <= 0) throw Error(Failure::output, "the answer of a process cannot be read");
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

/// How a process says at its end that memory was exhausted.
constexpr int out_of_memory = 2;

/// A process at work, and the file in memory that its answer comes in.
class Process {
 public:
  Process(std::size_t number, const std::function<std::vector<char>(std::size_t)>& work);
  ~Process() {
    (void)end();
    if (answer_ >= 0) close(answer_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] bool is_at_work() const { return process_ > 0; }
  /// Waits for its end; nothing where that was not the end of its work.
  [[nodiscard]] std::optional<std::vector<char>> answer();

 private:
  /// Its exit code; −1 where it has none.
  int end();

  int answer_;
  pid_t process_;
};

Process::Process(std::size_t number, const std::function<std::vector<char>(std::size_t)>& work)
    : answer_(memfd_create("memtrain answer", MFD_CLOEXEC)) {
  const pid_t leader = getpid();
  process_ = answer_ < 0 ? -1 : fork();
  if (process_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != leader) _exit(1);
  try {
    _exit(write_all(answer_, work(number)) ? 0 : 1);
  } catch (const std::bad_alloc&) {
    _exit(out_of_memory);
  } catch (...) {
    _exit(1);
  }
}

int Process::end() {
  int status = 0;
  if (process_ <= 0 || waitpid(std::exchange(process_, -1), &status, 0) <= 0) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::optional<std::vector<char>> Process::answer() {
  const int code = end();
  if (code == out_of_memory) throw std::bad_alloc();
  if (code != 0) return std::nullopt;
  return read_all(answer_);
}

}  // namespace

std::vector<std::vector<char>> in_processes(
    std::size_t count, const std::function<std::vector<char>(std::size_t)>& work) {
  std::deque<Process> processes;
  for (std::size_t i = 0; i < count; ++i) processes.emplace_back(i, work);
  std::vector<std::vector<char>> answers;
  for (Process& process : processes) {
    auto answer = process.answer();
    if (!answer) {
      throw Error(Failure::output, "a process ended without an answer (is there memory left?)");
    }
    answers.push_back(std::move(*answer));
  }
  return answers;
}

std::optional<std::vector<char>> in_process(const std::function<std::vector<char>()>& work) {
  Process process(0, [&](std::size_t /*number*/) { return work(); });
  if (!process.is_at_work()) {
    throw Error(Failure::output, "a process cannot be begun (is there memory left?)");
  }
  return process.answer();
}

}  // namespace memtrain
