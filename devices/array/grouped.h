#pragma once
#include <vector>

#include "devices/array/array.h"

namespace memtrain {

/// Groups of outputs that each read a part of the inputs, an array for each: the weights are
/// [outputs × inputs/groups], inputs come group by group. Each group has random numbers of its own.
class Grouped final : public Array {
 public:
  /// `arrays`: those of the groups, of equal size.
  explicit Grouped(std::vector<std::unique_ptr<Array>> arrays);

  void forward(const BatchIn& x, Batch& y, const Pass& pass) override;
  void transposed(const BatchIn& d, Batch& g, const Pass& pass) override;
  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override;
  void program(const BatchIn& target, const Pass& pass) override;
  void rest(const Pass& pass) override;
  [[nodiscard]] ConstMatrix weights() const override;
  [[nodiscard]] double saturated_fraction() const override;
  [[nodiscard]] double stuck_fraction() const override;
  [[nodiscard]] double backward_mismatch() const override;
  [[nodiscard]] Account account() const override;
  [[nodiscard]] Wear wear() const override;
  [[nodiscard]] std::vector<ConductanceHistogram> conductances() const override;
  void state(Archive& archive) override;

 private:
  void collect();
  [[nodiscard]] double mean_of(double (Array::*quantity)() const) const;

  std::vector<std::unique_ptr<Array>> arrays_;
  Index outputs_, inputs_;  // of one group
  Matrix weights_;
  Batch part_;
};

/// As many as seeds tell apart (devices/periphery/group_seed.h).
inline constexpr Index most_groups = 2048;

/// Makes an array of settings.kind for every group; with one group, just that. `outputs` are all,
/// `inputs` those of one group.
[[nodiscard]] std::unique_ptr<Array> make_grouped_array(const ArraySettings& settings, Index groups,
                                                        Index outputs, Index inputs,
                                                        std::uint64_t seed, std::uint16_t layer);

}  // namespace memtrain
