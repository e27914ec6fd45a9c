#pragma once
#include "devices/array/array.h"

namespace memtrain {

/// Crosspoints read through converters in both directions. Random: forward_noise and
/// transposed_noise of its layer.
class Crossbar final : public Array {
 public:
  Crossbar(std::unique_ptr<Crosspoints> crosspoints, const ReadSettings& forward,
           const ReadSettings& transposed, std::uint16_t layer);

  void forward(const BatchIn& x, Batch& y, const Pass& pass) override;
  void transposed(const BatchIn& d, Batch& g, const Pass& pass) override;
  void update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) override;
  void program(const BatchIn& target) override;
  [[nodiscard]] ConstMatrix weights() const override;
  [[nodiscard]] double saturated_fraction() const override;
  [[nodiscard]] Events events() const override;

 private:
  std::unique_ptr<Crosspoints> crosspoints_;
  ReadPath forward_, transposed_;
  std::uint16_t layer_;
  Events events_;
};

}  // namespace memtrain
