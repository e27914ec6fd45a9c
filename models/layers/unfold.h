#pragma once
#include <vector>

#include "models/layers/window.h"

namespace memtrain {

/// Lays out what a sliding window sees as rows: [samples·places × window·channels], where a row
/// holds the window position by position, channels last; with groups, group by group. Beyond the
/// edges it sees zeros. Its adjoint adds such rows up again.
class Unfold {
 public:
  Unfold(const Window& window, Index groups);

  /// Whether a sample is its own rows, one after another, so that nothing has to be laid out: a
  /// kernel of one position, of whole rows, or of the whole map.
  [[nodiscard]] bool identity() const { return identity_; }
  [[nodiscard]] Index places() const { return window_.output.positions(); }
  [[nodiscard]] Index width() const { return width_; }

  /// patches, resized, of x [samples × input].
  void unfold(const BatchIn& x, Batch& patches) const;
  /// Adds every value of `patches` to the input it came from; x [samples × input].
  void fold(const Batch& patches, Eigen::Ref<Batch> x) const;

 private:
  /// Neighbouring values of a sample that are neighbours in a patch too.
  struct Run {
    Index patch, input, length;
  };

  Window window_;
  Index width_;
  bool identity_;
  bool padded_;
  std::vector<Run> runs_;  // of one sample
};

}  // namespace memtrain
