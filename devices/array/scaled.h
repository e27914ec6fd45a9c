#pragma once
#include "devices/array/array.h"

namespace memtrain {

/// An array whose outputs are multiplied by digital factors: W = f ∘ V, so that the weights V of
/// the devices fit their range whatever the size of W (MappingSettings::scaling). The factors are
/// set when weights are programmed. An update of W is one of V by the f-th part, whatever optimiser
/// V follows (Step::worth), and a transposed read takes f times the errors.
class Scaled final : public Array {
 public:
  Scaled(std::unique_ptr<Array> array, const MappingSettings& mapping);

  void forward(const BatchIn& x, Batch& y, const Pass& pass) override;
  void transposed(const BatchIn& d, Batch& g, const Pass& pass) override;
  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override;
  void program(const BatchIn& target, const Pass& pass) override;
  void rest(const Pass& pass) override;
  [[nodiscard]] ConstMatrix weights() const override;
  [[nodiscard]] double saturated_fraction() const override { return array_->saturated_fraction(); }
  [[nodiscard]] double stuck_fraction() const override { return array_->stuck_fraction(); }
  [[nodiscard]] double backward_mismatch() const override { return array_->backward_mismatch(); }
  [[nodiscard]] Account account() const override;
  [[nodiscard]] Wear wear() const override { return array_->wear(); }
  [[nodiscard]] std::vector<ConductanceHistogram> conductances() const override {
    return array_->conductances();
  }
  void state(Archive& archive) override;

 private:
  void scale_weights();
  /// Counts a multiplication of each value by its factor.
  void count(CostPhase phase, const BatchIn& values, const Pass& pass);

  std::unique_ptr<Array> array_;
  bool one_factor_;
  float largest_;
  Vector factors_;  // [outputs]
  Matrix weights_;
  Batch errors_;
  Account digital_;  // of multiplying by factors
};

}  // namespace memtrain
