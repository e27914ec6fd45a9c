#include "sim/sweep/plan.h"

#include "tests/fuzz/target.h"

// The plan of a sweep: what is read can be written, and is then read as the same.
using namespace memtrain;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile file;
  static const std::string copy = "/dev/shm/memtrain-fuzz-plan-" + std::to_string(getpid());
  const std::string path = file.holding(fuzz::text_of(data, size));
  fuzz::read_or_refuse([&] {
    const Plan plan = read_plan(path);
    for (std::size_t point = 0; point < std::min<std::size_t>(plan.points(), 4); ++point) {
      (void)plan.overrides(point);
    }
    write_plan(copy, plan);
    const std::string apart = difference(read_plan(copy), plan);
    unlink(copy.c_str());
    fuzz::require(apart.empty(), apart);
  });
  return 0;
}
