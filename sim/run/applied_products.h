#pragma once
#include <vector>

#include "models/layers/network.h"

namespace memtrain {

/// Hands outer products to the weights. One object lives for a whole training; what it is given for
/// every mini-batch is where it is and the step size.
class AppliedProducts final : public OuterProducts {
 public:
  /// `clip_norm`: largest norm of the gradient of one layer; 0: any.
  AppliedProducts(Network& network, float clip_norm)
      : network_(network), clip_norm_(clip_norm), updated_(network.weight_count()) {}

  void begin(float rate, const Pass& pass);
  void add(Weights& weights, const BatchIn& x, const BatchIn& d, Index rows_per_sample) override;
  void add_feedback(Weights& weights, const BatchIn& x, const BatchIn& d,
                    const Pass& pass) override;
  /// The mini-batch is over: time passes for the weights that were not updated.
  void end();

 private:
  void update(Weights& weights, const BatchIn& x, const BatchIn& d, Index rows_per_sample,
              const Pass& pass);

  Network& network_;
  float clip_norm_;
  float rate_ = 0.0F;
  Pass pass_;
  std::vector<bool> updated_;
  Batch clipped_;
};

}  // namespace memtrain
