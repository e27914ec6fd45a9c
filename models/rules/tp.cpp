#include "models/rules/target_propagation.h"

namespace memtrain {
namespace {

/// Target propagation: targets are carried down by the inverses alone, τ_{l−1} = g_l(τ_l). What an
/// inverse cannot restore is taken for an error even where there is none.
class PlainTargetPropagation final : public TargetPropagation {
 public:
  using TargetPropagation::TargetPropagation;

 private:
  void carry_down(std::size_t layer, const Batch& target_above, const Batch& /*activity_above*/,
                  const Batch& /*activity*/, Batch& target, const Pass& pass) override {
    invert(layer, target_above, restored_, pass);
    target = restored_.h;
  }

  Activity restored_;
};

}  // namespace

extern const RuleKind tp_rule{
    "tp",
    "target propagation: targets carried down by learned inverses",
    "Bengio 2014, arXiv:1407.7906",
    target_propagation_needs,
    [] { return describe(target_propagation_parameters()); },
    [](const ParameterValues& values, const RuleContext& context) -> std::unique_ptr<LearningRule> {
      return std::make_unique<PlainTargetPropagation>(
          settings_from(target_propagation_parameters(), values), context);
    }};

}  // namespace memtrain
