#pragma once
#include <vector>

#include "sim/run/side_by_side.h"

namespace memtrain::test {

/// Lets a run go on and tells nobody.
class SilentObserver final : public RunObserver {
 public:
  void progress(const std::vector<TaskProgress>&, std::size_t) override {}
  void milestone(const std::vector<TaskProgress>&, std::size_t) override {}
};

}  // namespace memtrain::test
