#pragma once
#include "devices/periphery/drive.h"

namespace memtrain {

/// The circuits that put the two factors of an outer product on the lines of an array for an
/// update: inputs and errors each go through a row of converters. Off by default.
class WritePath {
 public:
  explicit WritePath(const DriveSettings& settings)
      : exact_(settings.exact()), input_drive_(settings), error_drive_(settings) {}

  [[nodiscard]] bool exact() const { return exact_; }
  /// Fills inputs() and errors() with x and d as they arrive at the lines in an update, which is
  /// training. Random: `noise`.
  ConversionCount drive(const BatchIn& x, const BatchIn& d, const Pass& pass, const Stream& noise);
  [[nodiscard]] const Batch& inputs() const { return inputs_; }
  [[nodiscard]] const Batch& errors() const { return errors_; }
  void state(Archive& archive) {
    input_drive_.state(archive);
    error_drive_.state(archive);
  }

 private:
  bool exact_;
  Drive input_drive_, error_drive_;
  Batch inputs_, errors_;
  Eigen::VectorXf scale_;
};

}  // namespace memtrain
