#pragma once
#include <string>
#include <utility>
#include <vector>

#include "sim/report/comparison/comparison.h"

// Runs that are compared.
namespace memtrain::test {

using Seeds = std::vector<std::int64_t>;

/// One epoch a seed, with this value in the metric.
inline ArmRecord arm_with(const std::string& name, const std::vector<double>& finals,
                          double EpochRecord::*metric = &EpochRecord::test_accuracy) {
  ArmRecord arm;
  arm.name = name;
  arm.settings = "rule = \"bp\"\n";
  for (const double value : finals) {
    EpochRecord epoch;
    epoch.*metric = value;
    arm.seeds.push_back({.epochs = {epoch}, .finished = true});
  }
  return arm;
}

inline RunRecord run_with(const Seeds& seeds, const std::vector<ArmRecord>& arms) {
  RunRecord run;
  run.title = "the title";
  run.scenario = "data.name = \"mnist\"\n";
  run.status = RunStatus::complete;
  run.seeds = seeds;
  run.arms = arms;
  return run;
}

/// A run of arms that have only settings.
inline RunRecord run_of_settings(const std::vector<std::pair<std::string, std::string>>& arms) {
  RunRecord run = run_with({0}, {});
  for (const auto& [name, settings] : arms) {
    run.arms.push_back(arm_with(name, {0.5}));
    run.arms.back().settings = settings;
  }
  return run;
}

}  // namespace memtrain::test
