#include "sim/base/processes.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "sim/base/error.h"

namespace memtrain {
namespace {

/// A process at work, and the file in memory that its answer comes in.
struct Helper {
  pid_t process;
  int answer;
};

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

Helper begin(std::size_t number, const std::function<std::vector<char>(std::size_t)>& work) {
  const pid_t leader = getpid();
  const int answer = memfd_create("memtrain answer", MFD_CLOEXEC);
  const pid_t process = answer < 0 ? -1 : fork();
  if (process == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != leader) _exit(1);
    try {
      _exit(write_all(answer, work(number)) ? 0 : 1);
    } catch (...) {
      _exit(1);
    }
  }
  return {process, answer};
}

bool ended_well(pid_t process) {
  int status = 1;
  const bool ended = process > 0 && waitpid(process, &status, 0) > 0;
  return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::vector<std::vector<char>> in_processes(
    std::size_t count, const std::function<std::vector<char>(std::size_t)>& work) {
  std::vector<Helper> helpers;
  for (std::size_t i = 0; i < count; ++i) helpers.push_back(begin(i, work));
  std::vector<std::vector<char>> answers;
  bool all_well = true;
  for (const Helper& helper : helpers) {
    const bool well = ended_well(helper.process);
    if (well) answers.push_back(read_all(helper.answer));
    if (helper.answer >= 0) close(helper.answer);
    all_well = all_well && well;
  }
  if (!all_well)
    throw Error(Failure::output, "a process ended without an answer (is there memory left?)");
  return answers;
}

std::optional<std::vector<char>> in_process(const std::function<std::vector<char>()>& work) {
  const Helper helper = begin(0, [&](std::size_t /*number*/) { return work(); });
  if (helper.process < 0) {
    throw Error(Failure::output, "a process cannot be begun (is there memory left?)");
  }
  std::optional<std::vector<char>> answer;
  if (ended_well(helper.process)) answer = read_all(helper.answer);
  close(helper.answer);
  return answer;
}

}  // namespace memtrain
