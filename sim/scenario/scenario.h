#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/rules/learning_rule.h"
#include "sim/data/dataset.h"

namespace memtrain {

/// How an arm is trained.
struct TrainSettings {
  int epochs = 10;
  int batch = 64;
  int samples_per_epoch = 0;  ///< so many samples of a fresh random order; 0: all
  float learning_rate = 0.05F;
  float momentum = 0.0F;
  float weight_decay = 0.0F;
  std::string loss = "cross_entropy";
  std::vector<std::int64_t> seeds = {0};
};
[[nodiscard]] std::span<const Parameter<TrainSettings>> train_parameters();

/// What is measured beside losses and accuracies.
struct RecordSettings {
  int alignment_batches = 4;  ///< mini-batches an alignment angle is averaged over; 0: not measured
  bool weights = true;        ///< final weights
  bool pulse_counts = false;  ///< pulses device by device, for max_writes_per_device
};
[[nodiscard]] std::span<const Parameter<RecordSettings>> record_parameters();

/// One arm: everything that decides how it trains, checked and complete.
struct Arm {
  std::string name;
  const RuleKind* rule = nullptr;
  ParameterValues rule_settings;
  std::vector<LayerSettings> layers;
  TrainSettings train;
  ArraySettings array;
  std::string preset;  ///< device.preset; empty: none
  std::string device;  ///< what its weights are made of, in a word or two
  std::string toml;    ///< its complete settings
};

/// A scenario: what all arms share, and the arms.
struct Scenario {
  std::string title;
  DataSettings data;
  RecordSettings record;
  std::vector<std::int64_t> seeds;
  std::vector<Arm> arms;
  std::string toml;  ///< the scenario after defaults and overrides; itself a valid scenario
};

/// A scenario's text and the name to use for it in messages.
struct ScenarioText {
  std::string name, text;
};

/// Reads a scenario; `overrides` are KEY=VALUE as given to --set, in order.
/// Errors: Failure::usage; the message names file, line, key and what is allowed.
[[nodiscard]] Scenario read_scenario(const ScenarioText& source,
                                     const std::vector<std::string>& overrides);

/// The text of a scenario file, or of the scenario of that name that ships with the program.
/// Errors: Failure::usage, with the nearest shipped name.
[[nodiscard]] ScenarioText find_scenario(const std::string& file_or_name);

/// The scenarios that ship with the program.
struct ShippedScenario {
  std::string_view name, text;
};
[[nodiscard]] std::span<const ShippedScenario> shipped_scenarios();

}  // namespace memtrain
