#pragma once
#include "models/rules/learning_rule.h"

namespace memtrain {

/// What target propagation can be told.
struct TargetPropagationSettings {
  float target_step = 0.1F;         ///< η̂
  std::string top = "output";       ///< output or gradient
  float inverse_noise = 0.1F;       ///< σ
  float inverse_rate_scale = 1.0F;  ///< times train.learning_rate
  int inverse_steps = 1;            ///< steps of the inverses a mini-batch
  std::string inverse_initialiser = "xavier_uniform";
};
[[nodiscard]] std::span<const Parameter<TargetPropagationSettings>> target_propagation_parameters();
[[nodiscard]] Needs target_propagation_needs(const ParameterValues& values);

/// Targets carried down by learned inverses g_l(h) = f_{l−1}(V_l h + c_l), which lead from layer l
/// back to layer l−1 (Bengio 2014, arXiv:1407.7906; Lee et al. 2015, arXiv:1412.7525). The highest
/// target is
///   top = output:    τ_L = ŷ − η̂ (ŷ − y), carried down from the output layer on, or
///   top = gradient:  τ_{L−1} = h_{L−1} − η̂ W_Lᵀ e, which reads the output layer transposed.
/// Hidden layers learn from ½‖h_l − τ_l‖²: δ_l = (h_l − τ_l) ⊙ f′(z_l), the output layer from e.
/// How a target is carried down is up to the rule. Inverses learn first, once or more in every
/// mini-batch, to undo their layer around its inputs: with h̃ = h_{l−1} + ε, ε ~ N(0, σ²), they
/// reduce ½‖g_l(f_l(h̃)) − h̃‖². Random: inverse_noise.
class TargetPropagation : public LearningRule {
 public:
  TargetPropagation(const TargetPropagationSettings& settings, const RuleContext& context);
  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) final;
  [[nodiscard]] Wear wear() const final;
  [[nodiscard]] Index parameters() const final;
  /// All activities, two targets and what their inverse gives, or what an inverse is taught with.
  [[nodiscard]] Index held_values(const Network& network) const final {
    return all_activities(network) + largest_pair(network, 1, 2);
  }

 protected:
  /// g_{layer} of an activity of that layer.
  void invert(std::size_t layer, const Batch& activity, Activity& out, const Pass& pass);

 private:
  /// target = τ of the layer below `layer`, from τ_l, h_l and h_{l−1}.
  virtual void carry_down(std::size_t layer, const Batch& target_above, const Batch& activity_above,
                          const Batch& activity, Batch& target, const Pass& pass) = 0;
  [[nodiscard]] Account own_account() const final;
  void own_state(Archive& archive) final;
  void teach_inverses(Network& network, OuterProducts& products, const Pass& pass);
  void set_targets(Network& network, const BatchIn& targets, const Pass& pass);

  TargetPropagationSettings settings_;
  std::vector<std::unique_ptr<Layer>> inverses_;  // [l]: from layer l to l − 1; null: not used
  std::vector<Batch> targets_;
  Activity noisy_, restored_;
  Batch perturbed_, delta_;
};

}  // namespace memtrain
