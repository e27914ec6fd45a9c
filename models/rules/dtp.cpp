#include "models/rules/target_propagation.h"

namespace memtrain {
namespace {

/// Difference target propagation: what the inverse makes of the activity itself is taken off,
/// τ_{l−1} = h_{l−1} + g_l(τ_l) − g_l(h_l), so that a target without error is the activity, however
/// poor the inverse.
class DifferenceTargetPropagation final : public TargetPropagation {
 public:
  using TargetPropagation::TargetPropagation;

 private:
  void carry_down(std::size_t layer, const Batch& target_above, const Batch& activity_above,
                  const Batch& activity, Batch& target, const Pass& pass) override {
    invert(layer, target_above, wanted_, pass);
    invert(layer, activity_above, found_, pass.next_read());
    target = activity + wanted_.h - found_.h;
  }

  Activity wanted_, found_;
};

}  // namespace

extern const RuleKind dtp_rule{
    "dtp",
    "difference target propagation: learned inverses, freed of their own errors",
    "Lee et al. 2015, arXiv:1412.7525",
    target_propagation_needs,
    [] { return describe(target_propagation_parameters()); },
    [](const ParameterValues& values, const RuleContext& context) -> std::unique_ptr<LearningRule> {
      return std::make_unique<DifferenceTargetPropagation>(
          settings_from(target_propagation_parameters(), values), context);
    },
    [](const SheetCounts& s) { return 2 * s.forward - s.first_layer + 2 * s.update + s.outputs; }};

}  // namespace memtrain
