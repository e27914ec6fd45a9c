#include "sim/run/train_arm.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "sim/base/archive.h"
#include "sim/base/error.h"
#include "sim/cost/price.h"
#include "sim/data/augment.h"
#include "sim/run/applied_products.h"
#include "sim/run/evaluate.h"
#include "sim/run/schedule.h"
#include "sim/run/update_metrics.h"

namespace memtrain {
namespace {

/// Tells when validation has not become better for too long.
class Patience {
 public:
  explicit Patience(int epochs) : epochs_(epochs) {}
  /// `score`: the larger the better. Whether training shall end; epochs = 0: never.
  [[nodiscard]] bool over(double score) {
    if (epochs_ == 0) return false;
    waited_ = score > best_ ? 0 : waited_ + 1;
    best_ = std::max(best_, score);
    return waited_ >= epochs_;
  }
  void state(Archive& archive) {
    archive(waited_);
    archive(best_);
  }

 private:
  int epochs_;
  int waited_ = 0;
  double best_ = -std::numeric_limits<double>::infinity();
};

/// One arm with one seed, while it trains.
class Training {
 public:
  Training(const Arm& arm, std::uint64_t seed, const Dataset& data, const RecordSettings& record,
           ArmObserver& observer, const std::stop_token& stop)
      : arm_(arm),
        seed_(seed),
        data_(data),
        record_(record),
        observer_(observer),
        stop_(stop),
        array_(network_arrays(arm)),
        network_(
            make_network(arm.layers, find_loss(arm.train.loss), array_, sample_shape(data), seed)),
        rule_(arm.rule->make(arm.rule_settings, {&network_, seed, arm.feedback})),
        products_(network_, arm.train.clip_norm),
        patience_(arm.train.patience) {}

  ArmOutcome run(std::span<const char> from) {
    Evaluation test;
    if (from.empty()) {
      test = begin();
    } else {
      RestoringArchive archive(from);
      state(archive);
      archive.finish();
      check_place();
    }
    while (epoch_ <= arm_.train.epochs) {
      const ArmEnd end = train_epoch();
      if (end == ArmEnd::stopped) observer_.state(saved_state());
      if (end != ArmEnd::finished) return {.end = end};
      test = evaluate_on(data_.test, Part::test, epoch_);
      const EpochRecord record = measure(epoch_, test);
      observer_.epoch(record);
      if (!std::isfinite(test.loss)) return {.end = ArmEnd::diverged};
      const bool values = data_.target.regression();
      if (patience_.over(values ? -record.validation_loss : record.validation_accuracy)) break;
      ++epoch_;
      seen_ = 0;
      batch_ = 0;
      loss_ = correct_ = 0;
      if (epoch_ <= arm_.train.epochs && observer_.wants_state()) observer_.state(saved_state());
    }
    return {ArmEnd::finished, test.confusion, weights(), wear(), conductances()};
  }

 private:
  /// Throws ArchiveMismatch unless we are between two mini-batches of this training.
  void check_place() const {
    const auto samples = static_cast<std::uint64_t>(samples_per_epoch(arm_, data_));
    if (epoch_ < 1 || epoch_ > arm_.train.epochs || seen_ > samples) {
      throw ArchiveMismatch("it is beyond the end of training");
    }
    const auto trained = static_cast<std::uint64_t>(arm_.train.batch) * batch_;
    if (seen_ != std::min(trained, samples)) {
      throw ArchiveMismatch("its mini-batches do not add up");
    }
  }
  /// Measures the state before training.
  Evaluation begin() {
    Evaluation test = evaluate_on(data_.test, Part::test, 0);
    const Evaluation before = evaluate_on(data_.train, Part::train, 0);
    train_loss_ = before.loss;
    train_accuracy_ = before.accuracy;
    observer_.epoch(measure(0, test));
    return test;
  }

  /// Random numbers are named by epoch and batch, so where we are is all that there is to know of
  /// them.
  void state(Archive& archive) {
    archive(epoch_);
    archive(seen_);
    archive(batch_);
    archive(loss_);
    archive(correct_);
    archive(train_loss_);
    archive(train_accuracy_);
    double seconds = seconds_so_far();
    archive(seconds);
    if (archive.restores()) seconds_before_ = seconds - seconds_so_far();
    patience_.state(archive);
    network_.state(archive);
    rule_->state(archive);
  }
  std::vector<char> saved_state() {
    SavingArchive archive;
    state(archive);
    return archive.take();
  }
  [[nodiscard]] double seconds_so_far() const {
    return seconds_before_ +
           std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }

  Evaluation evaluate_on(const Samples& samples, Part part, int epoch) {
    return evaluate(network_, *rule_, samples, data_.target, part, seed_,
                    static_cast<std::uint32_t>(epoch));
  }

  /// Trains the rest of the epoch that we are in.
  ArmEnd train_epoch() {
    const auto count = static_cast<std::size_t>(samples_per_epoch(arm_, data_));
    order_.resize(static_cast<std::size_t>(data_.train.size()));
    fill_permutation(
        {.seed = seed_, .purpose = Purpose::shuffle, .epoch = static_cast<std::uint32_t>(epoch_)},
        order_);
    while (seen_ < count) {
      if (stop_.stop_requested()) return ArmEnd::stopped;
      if (seen_ > 0 && observer_.wants_state()) observer_.state(saved_state());
      const Pass pass{seed_, static_cast<std::uint32_t>(epoch_), batch_};
      const std::size_t size = std::min(static_cast<std::size_t>(arm_.train.batch), count - seen_);
      const std::span<const std::uint32_t> which = std::span(order_).subspan(seen_, size);
      gather_inputs(data_.train, which, inputs_);
      augmentation_.apply(inputs_, pass.stream(Purpose::augmentation, 0));
      gather_targets(data_.train, which, data_.target, targets_);
      const double epochs = epoch_ - 1 + static_cast<double>(seen_) / static_cast<double>(count);
      products_.begin(arm_.train.learning_rate * rate_factor(arm_.train, epochs), pass);
      BatchResult result = rule_->learn(network_, {inputs_, targets_}, products_, pass);
      products_.end();
      rule_->rest(pass);
      if (!std::isfinite(result.loss)) return ArmEnd::diverged;
      if (data_.target.regression()) result.correct = not_reached;  // values are not right or wrong
      seen_ += size;
      ++batch_;
      loss_ += result.loss * static_cast<double>(size);
      correct_ += result.correct;
      observer_.batch(epoch_, static_cast<Index>(seen_), correct_);
    }
    train_loss_ = loss_ / static_cast<double>(count);
    train_accuracy_ = correct_ / static_cast<double>(count);
    return ArmEnd::finished;
  }

  EpochRecord measure(int epoch, const Evaluation& test) {
    EpochRecord record;
    record.train_loss = train_loss_;
    record.train_accuracy = train_accuracy_;
    if (data_.validation.size() > 0) {
      const Evaluation validation = evaluate_on(data_.validation, Part::validation, epoch);
      record.validation_loss = validation.loss;
      record.validation_accuracy = validation.accuracy;
    }
    record.test_loss = test.loss;
    record.test_accuracy = test.accuracy;
    record.test_mse = test.errors.mse;
    record.test_mae = test.errors.mae;
    record.test_rse = test.errors.rse;
    record.test_corr = test.errors.corr;
    record.wall_seconds = seconds_so_far();
    const double batches = std::ceil(samples_of_epoch() / static_cast<double>(arm_.train.batch));
    record_costs(accounts_of(network_, *rule_), arm_,
                 {.samples = epoch * samples_of_epoch(), .batches = epoch * batches}, record);
    record_wear(record);
    record.layers.resize(network_.weight_count());
    for (std::size_t l = 0; l < network_.weight_count(); ++l) {
      const Array& array = network_.weights(l).array();
      const auto w = array.weights().cast<double>();
      record.layers[l].weight_mean = w.mean();
      record.layers[l].weight_std = std::sqrt((w.array() - w.mean()).square().mean());
      record.layers[l].saturated_fraction = array.saturated_fraction();
      record.layers[l].backward_mismatch = array.backward_mismatch();
      record.layers[l].stuck_fraction = array.stuck_fraction();
    }
    if (record_.alignment_batches > 0) {
      const auto layers =
          measure_updates(network_, *rule_, data_.train, data_.target, arm_.train.batch,
                          record_.alignment_batches, seed_, static_cast<std::uint32_t>(epoch));
      for (std::size_t l = 0; l < layers.size(); ++l) {
        record.layers[l].alignment_angle = layers[l].update.angle;
        record.layers[l].norm_ratio = layers[l].update.norm_ratio;
        record.layers[l].update_sign_agreement = layers[l].update.sign_agreement;
        record.layers[l].local_loss = layers[l].local_loss;
      }
    }
    return record;
  }

  [[nodiscard]] double samples_of_epoch() const {
    return static_cast<double>(samples_per_epoch(arm_, data_));
  }

  void record_wear(EpochRecord& record) const {
    Wear network;
    for (std::size_t l = 0; l < network_.weight_count(); ++l) {
      network += network_.weights(l).array().wear();
    }
    const auto note = [&](const Wear& wear, const ArraySettings& array) {
      if (wear.devices == 0.0) return;
      record.max_writes_per_device = std::fmax(record.max_writes_per_device, wear.most);
      const auto endurance = static_cast<double>(array.crosspoints.endurance.writes);
      if (endurance == 0.0 || wear.most == 0.0) return;
      record.trainings_survived = std::fmin(record.trainings_survived, endurance / wear.most);
    };
    note(network, array_);
    note(rule_->wear(), arm_.feedback);
  }

  std::vector<WearRecord> wear() const {
    std::vector<WearRecord> out;
    for (std::size_t l = 0; l < network_.weight_count(); ++l) {
      const Wear wear = network_.weights(l).array().wear();
      out.push_back({wear.devices, wear.most, wear.devices > 0 ? wear.pulses / wear.devices : 0.0,
                     wear.histogram});
    }
    const bool counted = std::any_of(out.begin(), out.end(),
                                     [](const WearRecord& layer) { return layer.devices > 0; });
    if (!counted) out.clear();
    return out;
  }

  std::vector<std::vector<ConductanceHistogram>> conductances() const {
    std::vector<std::vector<ConductanceHistogram>> out;
    for (std::size_t l = 0; l < network_.weight_count(); ++l) {
      out.push_back(network_.weights(l).array().conductances());
      if (out.back().empty()) return {};
    }
    return out;
  }

  std::vector<Matrix> weights() const {
    std::vector<Matrix> out;
    if (!record_.weights) return out;
    for (std::size_t id = 0; id < network_.weight_count(); ++id)
      out.emplace_back(network_.weights(id).array().weights());
    return out;
  }

  const Arm& arm_;
  std::uint64_t seed_;
  const Dataset& data_;
  const RecordSettings& record_;
  ArmObserver& observer_;
  std::stop_token stop_;
  ArraySettings array_;
  Network network_;
  std::unique_ptr<LearningRule> rule_;
  AppliedProducts products_;
  Augmentation augmentation_{data_};
  Patience patience_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  double seconds_before_ = 0;      // of the trainings that this one goes on from
  int epoch_ = 1;                  // that we are in
  std::uint64_t seen_ = 0;         // samples of it
  std::uint32_t batch_ = 0;        // mini-batches of it
  double loss_ = 0, correct_ = 0;  // of these samples, together
  std::vector<std::uint32_t> order_;
  Batch inputs_, targets_;
  double train_loss_ = not_reached, train_accuracy_ = not_reached;
};

}  // namespace

ArraySettings network_arrays(const Arm& arm) {
  ArraySettings array = arm.array;
  if (!arm.needs.transposed_read) array.backward.array = "none";
  array.backward.of_output_only = arm.needs.transposed_output_only;
  return array;
}

Shape sample_shape(const Dataset& data) {
  if (data.rows == 0) return flat(data.features);
  return {data.rows, data.columns, data.channels};
}

ArmOutcome train_arm(const Arm& arm, std::uint64_t seed, const Dataset& data,
                     const RecordSettings& record, ArmObserver& observer,
                     const std::stop_token& stop, std::span<const char> from) {
  return Training(arm, seed, data, record, observer, stop).run(from);
}

Index samples_per_epoch(const Arm& arm, const Dataset& data) {
  return arm.train.samples_per_epoch > 0 ? arm.train.samples_per_epoch : data.train.size();
}

namespace {

/// The problem begins with the key that it is about.
[[noreturn]] void refuse_arm(const Arm& arm, const std::string& problem) {
  throw placed(Error(Failure::usage, problem), arm.places);
}

}  // namespace

void check_output(const Network& network, const Arm& arm, const Dataset& data) {
  const Shape& output = network.output().output_shape();
  if (output.positions() == data.target.steps && output.channels == data.target.outputs()) return;
  std::string found = fmt::format("{} output{}", output.channels, output.channels == 1 ? "" : "s");
  if (output.positions() > 1) found += fmt::format(" at {} positions", output.positions());
  refuse_arm(arm, fmt::format("network.layers: the last layer of arm '{}' has {}, but '{}' has {}",
                              arm.name, found, data.name, target_text(data.target)));
}

Network arm_network(const Arm& arm, const ArraySettings& array, const Dataset& data,
                    std::uint64_t seed) {
  try {
    return make_network(arm.layers, find_loss(arm.train.loss), array, sample_shape(data), seed);
  } catch (const Error& error) {
    throw placed(Error(error.kind, fmt::format("{} (arm '{}')", error.what(), arm.name)),
                 arm.places);
  }
}

void check_sizes(const Arm& arm, const Dataset& data, const SampleCounts& samples) {
  if (arm.train.samples_per_epoch > samples.train) {
    refuse_arm(arm, fmt::format("train.samples_per_epoch: {} is out of range [0, {}] (the training "
                                "samples of arm '{}')",
                                arm.train.samples_per_epoch, samples.train, arm.name));
  }
  if (arm.train.batch > samples.train) {
    refuse_arm(arm,
               fmt::format("train.batch: {} is out of range [1, {}] (the training samples of arm "
                           "'{}')",
                           arm.train.batch, samples.train, arm.name));
  }
  if (arm.train.patience > 0 && samples.validation == 0) {
    refuse_arm(arm,
               fmt::format("train.patience: arm '{}' has no validation samples to be patient about",
                           arm.name));
  }
  if (arm.needs.label_in_input && data.target.classes > data.features) {
    refuse_arm(
        arm, fmt::format("rule: '{}' of arm '{}' writes the label over the first inputs, but "
                         "'{}' has {} features for {} classes",
                         arm.rule->name, arm.name, data.name, data.features, data.target.classes));
  }
}

ArmShape arm_shape(const Arm& arm, const Dataset& data) {
  const Network network = arm_network(arm, {.kind = "exact"}, data, 0);
  ArmShape shape{{}, part_names(network)};
  for (std::size_t id = 0; id < network.weight_count(); ++id) {
    const Weights& weights = network.weights(id);
    shape.layers.push_back({weights.name(), weights.outputs(), weights.inputs()});
  }
  check_output(network, arm, data);
  check_sizes(arm, data, {data.train.size(), data.validation.size()});
  return shape;
}

}  // namespace memtrain
