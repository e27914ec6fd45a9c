#include "sim/record/consistent.h"

#include <algorithm>
#include <span>

#include "sim/record/schema.h"

namespace memtrain {
namespace {

/// Nothing, or as many as there should be.
template <class List>
bool none_or(const List& list, std::size_t count) {
  return list.empty() || list.size() == count;
}

bool epochs_fit(const SeedRecord& seed, const ArmRecord& arm, Index epochs) {
  const std::size_t costs = arm.cost_parts.size() * arm.cost_phases.size();
  return seed.epochs.size() <= static_cast<std::size_t>(epochs) + 1 &&
         std::ranges::all_of(seed.epochs, [&](const EpochRecord& epoch) {
           return none_or(epoch.layers, arm.layers.size()) && none_or(epoch.costs, costs);
         });
}

bool weights_fit(const SeedRecord& seed, const ArmRecord& arm) {
  return none_or(seed.weights, arm.layers.size()) &&
         std::ranges::equal(seed.weights, std::span(arm.layers).first(seed.weights.size()),
                            [](const Matrix& weights, const LayerShape& layer) {
                              return weights.rows() == layer.outputs &&
                                     weights.cols() == layer.inputs;
                            });
}

bool wear_fits(const SeedRecord& seed, const ArmRecord& arm) {
  return none_or(seed.wear, arm.layers.size()) &&
         std::ranges::all_of(seed.wear, [](const WearRecord& wear) {
           return wear.histogram.size() <= schema::wear_bins;
         });
}

/// `like`: a layer's cell of some seed, which those of all others are like.
bool conductances_fit(const SeedRecord& seed, const ArmRecord& arm,
                      const std::vector<ConductanceHistogram>& like) {
  return none_or(seed.conductances, arm.layers.size()) &&
         std::ranges::all_of(seed.conductances, [&](const auto& cell) {
           return !cell.empty() && cell.size() == like.size() &&
                  std::ranges::all_of(cell, [&](const ConductanceHistogram& histogram) {
                    return histogram.devices.size() == like.front().devices.size();
                  });
         });
}

}  // namespace

bool consistent(const ArmRecord& arm, std::size_t seeds, Index epochs) {
  std::vector<ConductanceHistogram> like;
  for (const SeedRecord& seed : arm.seeds) {
    if (like.empty() && !seed.conductances.empty()) like = seed.conductances.front();
  }
  return arm.seeds.size() <= seeds && std::ranges::all_of(arm.seeds, [&](const SeedRecord& seed) {
           const bool confusion =
               seed.confusion.size() == 0 ||
               (seed.confusion.rows() == arm.classes && seed.confusion.cols() == arm.classes);
           return confusion && epochs_fit(seed, arm, epochs) && weights_fit(seed, arm) &&
                  wear_fits(seed, arm) && conductances_fit(seed, arm, like);
         });
}

}  // namespace memtrain
