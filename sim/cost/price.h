#pragma once
#include <span>
#include <string>
#include <vector>

#include "models/rules/learning_rule.h"
#include "sim/record/run_record.h"
#include "sim/scenario/scenario.h"

namespace memtrain {

/// The account of everything that training an arm has cost, part by part: its layers in order, then
/// the rule with what belongs to it.
using PartAccounts = std::vector<Account>;
[[nodiscard]] PartAccounts accounts_of(const Network& network, const LearningRule& rule);
/// What the parts are called: layers by their names, then "rule".
[[nodiscard]] std::vector<std::string> part_names(const Network& network);
/// The phases of training, as the result file calls them.
[[nodiscard]] std::vector<std::string> phase_names();

/// Joules of some events: of arrays and circuits, and of digital logic. NaN: not known.
[[nodiscard]] double digital_energy(const Events& events, const DigitalSettings& digital);
[[nodiscard]] double energy(const Events& events, const DigitalSettings& digital);
/// Seconds of some events of one part, one after another. NaN: not known.
[[nodiscard]] double seconds(const Events& events, const DigitalSettings& digital);

/// How much training an account is of.
struct Extent {
  double samples = 0, batches = 0;
};
/// Seconds that hardware takes for all parts together. With t_l the time of part l for one sample
/// in a phase, N samples and B mini-batches:
///   none        Σ_phases N Σ_l t_l
///   passes      Σ_reading phases (B Σ_l t_l + (N − B) max_l t_l) + max_l N t_l of the update
///   overlapped  the same, with all reading phases as one: B Σ_l Σ_phases t_l + (N − B) max_l Σ t_l
[[nodiscard]] double latency(const PartAccounts& parts, const DigitalSettings& digital,
                             const TimingSettings& timing, const Extent& extent);

/// The costs of one phase of one part.
[[nodiscard]] PhaseCost phase_cost(const Events& events, const DigitalSettings& digital);
/// The same of every part, phase by phase.
[[nodiscard]] std::vector<PhaseCost> phase_costs(const PartAccounts& parts,
                                                 const DigitalSettings& digital);
/// Puts all totals into a record.
void record_costs(const PartAccounts& parts, const Arm& arm, const Extent& extent,
                  EpochRecord& record);

/// What would have to be said for all of an arm's energy and time to be known: keys, or what else
/// is in the way. Empty: nothing.
[[nodiscard]] std::vector<std::string> unknown_costs(const Arm& arm);

}  // namespace memtrain
