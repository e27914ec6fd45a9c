#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/periphery/digital_logic.h"
#include "models/rules/learning_rule.h"
#include "sim/data/dataset.h"

namespace memtrain {

/// How an arm is trained.
struct TrainSettings {
  int epochs = 10;
  int batch = 64;
  int samples_per_epoch = 0;  ///< so many samples of a fresh random order; 0: all
  float learning_rate = 0.05F;
  std::string schedule = "constant";       ///< constant, step, exponential, cosine or linear
  float decay = 0.1F;                      ///< step, exponential: factor of a decay
  std::vector<std::int64_t> decay_epochs;  ///< step: epochs after which the rate decays
  float final_rate = 0.0F;                 ///< cosine, linear: the last rate's part of the first
  float warmup = 0.0F;                     ///< epochs in which the rate rises to its full size
  OptimiserSettings optimiser;             ///< of digital updates
  std::string method = "sgd";              ///< the optimiser's, in a word
  float clip_norm = 0.0F;                  ///< largest norm of a layer's gradient; 0: any
  int patience = 0;                        ///< epochs without a better validation; 0: no matter
  std::string loss = "cross_entropy";
  std::vector<std::int64_t> seeds = {0};
};
[[nodiscard]] std::span<const Parameter<TrainSettings>> train_parameters();

/// What goes on at the same time in hardware. Layers are parts of a pipeline that samples of a
/// mini-batch go through; updates of all layers are made at once as soon as there is a pipeline.
struct TimingSettings {
  std::string pipeline = "none";  ///< none, passes or overlapped
};
[[nodiscard]] std::span<const Parameter<TimingSettings>> timing_parameters();

/// What is measured beside losses and accuracies, and how often the state of a run is saved.
struct RecordSettings {
  int alignment_batches = 4;  ///< mini-batches that updates are compared with BP's in; 0: none
  bool weights = true;        ///< final weights
  bool pulse_counts = false;  ///< pulses device by device, for max_writes_per_device
  int checkpoint_epochs = 1;  ///< epochs between checkpoints; 0: none for epochs
  float checkpoint_minutes = 10.0F;  ///< minutes between checkpoints within epochs; 0: none
};
[[nodiscard]] std::span<const Parameter<RecordSettings>> record_parameters();

/// One arm: everything that decides how it trains, checked and complete.
struct Arm {
  std::string name;
  const RuleKind* rule = nullptr;
  ParameterValues rule_settings;
  Needs needs;  ///< of the rule with these settings
  std::vector<LayerSettings> layers;
  TrainSettings train;
  ArraySettings array;
  ArraySettings feedback;  ///< what the rule's own arrays are made of
  DigitalSettings digital;
  TimingSettings timing;
  std::string preset;  ///< device.preset; empty: none
  std::string device;  ///< what its weights are made of, in a word or two
  std::string toml;    ///< its complete settings
  Places places;       ///< where they were written; errors begin with it
};

/// A scenario: what all arms share, and the arms.
struct Scenario {
  std::string title;
  std::string comment;  ///< the lines of comment that its file begins with
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

/// The lines of comment that a text begins with, without their signs; empty without any.
[[nodiscard]] std::string opening_comment(std::string_view text);

/// The title of a scenario; empty without one. Errors: Failure::usage.
[[nodiscard]] std::string title_of(const ScenarioText& source);

/// Reads a scenario; `overrides` are KEY=VALUE as given to --set, in order.
/// Errors: Failure::usage; the message names file, line, key and what is allowed.
[[nodiscard]] Scenario read_scenario(const ScenarioText& source,
                                     const std::vector<std::string>& overrides);

/// The text of a scenario file, or of the scenario of that name that ships with the program.
/// Errors: Failure::usage, with the nearest shipped name.
[[nodiscard]] ScenarioText find_scenario(const std::string& file_or_name);

/// A scenario that ships with the program.
struct ShippedScenario {
  std::string_view path;  ///< below scenarios/, without ending: "noise/read-noise"
  std::string_view text;

  /// What it runs by, from anywhere: "read-noise"; no two have the same.
  [[nodiscard]] std::string_view name() const { return path.substr(path.find('/') + 1); }
  /// What it is about: "noise".
  [[nodiscard]] std::string_view question() const { return path.substr(0, path.find('/')); }
};
/// All of them, those of a question together.
[[nodiscard]] std::span<const ShippedScenario> shipped_scenarios();

}  // namespace memtrain
