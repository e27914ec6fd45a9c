#pragma once
#include <cassert>

#include "devices/array/cell_crosspoints.h"

namespace memtrain {

/// Crosspoints that somebody else decides the pulses of: the digital part of an array kind counts
/// them out.
class CountedCrosspoints : public CellCrosspoints {
 public:
  using CellCrosspoints::CellCrosspoints;

  /// The whole pulses that are due of what is `owed`, in pulses. A device takes at most most_pulses
  /// in a mini-batch: each is played, and a gradient that has got out of hand asks for more than
  /// can be.
  template <class Owed>
  [[nodiscard]] static auto due(const Owed& owed) {
    return owed.array().sign() * owed.array().abs().floor().min(most_pulses);
  }

  /// Gives every cell a whole number of pulses, above 0 upwards; [outputs × inputs].
  void apply(const BatchIn& counts, const Pass& pass) {
    begin_notes();
    if (notes() != nullptr) notes()->add_counted(counts);
    cell().apply(counts, pass, 0);
    count({.pulses = static_cast<double>(counts.cwiseAbs().sum())});
    keep_up(pass);
  }
  void update(const BatchIn& /*x*/, const BatchIn& /*d*/, const Step& /*step*/,
              const Pass& /*pass*/) override {
    assert(false && "these crosspoints are told their pulses");
  }

 private:
  static constexpr float most_pulses = 1e6F;
};

}  // namespace memtrain
