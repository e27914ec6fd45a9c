#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "sim/base/error.h"
#include "sim/base/file_lock.h"
#include "sim/base/processes.h"
#include "tests/temporary_folder.h"

using namespace memtrain;

TEST_CASE("processes hand back what they found, in order", "[process]") {
  const auto answers = in_processes(3, [](std::size_t number) {
    return std::vector<char>(number * 100'000, static_cast<char>('a' + number));
  });
  REQUIRE(answers.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(answers[i] == std::vector<char>(i * 100'000, static_cast<char>('a' + i)));
  }
  CHECK_THROWS_AS(in_processes(2, [](std::size_t) -> std::vector<char> { throw 1; }), Error);
}

TEST_CASE("a process that cannot be begun leaves no file open", "[process]") {
  const auto first_free = [] {
    const int descriptor = dup(STDIN_FILENO);
    close(descriptor);
    return descriptor;
  };
  // in a process of its own, that of a user who may begin none
  const auto found = in_process([&] {
    if (geteuid() == 0 && setuid(65534) != 0) return std::vector<char>{'u'};
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NPROC, &none);
    const int before = first_free();
    std::vector<char> seen;
    try {
      (void)in_process([] { return std::vector<char>(); });
    } catch (const Error&) {
      seen.push_back('e');
    }
    seen.push_back(first_free() == before ? 's' : 'o');
    return seen;
  });
  REQUIRE(found);
  CHECK(std::string(found->begin(), found->end()) == "es");
}

TEST_CASE("a lock is one process's at a time, unless it is shared", "[process]") {
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
