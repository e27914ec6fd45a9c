#pragma once
#include "devices/array/array.h"

namespace memtrain {

/// An array that cannot be read transposed, with a second one for the errors: it holds the
/// transposed weights in devices of its own and is programmed from the first every so many
/// mini-batches. This is the weight-transport problem as hardware has it: between refreshes, and by
/// programming errors, the two differ.
class BackwardCopy final : public Array {
 public:
  /// `copy` is [inputs × outputs].
  BackwardCopy(const BackwardSettings& settings, const ProgrammingSettings& programming,
               std::unique_ptr<Array> array, std::unique_ptr<Array> copy);

  void forward(const BatchIn& x, Batch& y, const Pass& pass) override;
  void transposed(const BatchIn& d, Batch& g, const Pass& pass) override;
  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override;
  void program(const BatchIn& target, const Pass& pass) override;
  void rest(const Pass& pass) override;
  [[nodiscard]] ConstMatrix weights() const override { return array_->weights(); }
  [[nodiscard]] double saturated_fraction() const override { return array_->saturated_fraction(); }
  [[nodiscard]] double stuck_fraction() const override { return array_->stuck_fraction(); }
  [[nodiscard]] double backward_mismatch() const override;
  [[nodiscard]] Account account() const override;
  [[nodiscard]] Wear wear() const override;
  [[nodiscard]] std::vector<ConductanceHistogram> conductances() const override {
    return array_->conductances();  // the second array's are about the same
  }
  void state(Archive& archive) override;

 private:
  /// Programs the second array; `phase` is that of the reads it takes.
  void refresh(const Pass& pass, Phase phase);

  BackwardSettings settings_;
  bool programs_exactly_;
  std::unique_ptr<Array> array_, copy_;
  int updates_ = 0;        // since the last refresh
  double programmed_ = 0;  // weights, by refreshes in training
  Batch read_;
};

}  // namespace memtrain
