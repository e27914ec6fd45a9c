#pragma once
#include <cstdint>

#include "sim/base/archive.h"
#include "sim/base/stream.h"

namespace memtrain {

/// Tells one mini-batch of training from the next, for what shall act once in each, however often
/// its array is read: by the steps of a sequence, the blocks of a convolution, the passes of a
/// rule.
class MiniBatches {
 public:
  /// Whether this pass of training is of another mini-batch than the one before.
  [[nodiscard]] bool begins(const Pass& pass) {
    const std::int64_t name = (std::int64_t{pass.epoch} << 32) | std::int64_t{pass.batch};
    const bool other = name != last_;
    last_ = name;
    return other;
  }
  void state(Archive& archive) { archive(last_); }

 private:
  std::int64_t last_ = -1;  // none yet
};

}  // namespace memtrain
