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
  /// Whether this pass of training is of another mini-batch than the one that began last.
  [[nodiscard]] bool is_next(const Pass& pass) const { return name_of(pass) != last_; }
  /// The same, and that mini-batch has begun now.
  [[nodiscard]] bool begins(const Pass& pass) {
    const bool next = is_next(pass);
    last_ = name_of(pass);
    return next;
  }
  void state(Archive& archive) { archive(last_); }

 private:
  static std::int64_t name_of(const Pass& pass) {
    return (std::int64_t{pass.epoch} << 32) | std::int64_t{pass.batch};
  }

  std::int64_t last_ = -1;  // none yet
};

}  // namespace memtrain
