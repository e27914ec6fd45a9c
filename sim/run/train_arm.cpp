#include "sim/run/train_arm.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <set>

#include "sim/base/error.h"
#include "sim/run/alignment.h"
#include "sim/run/evaluate.h"

namespace memtrain {
namespace {

/// Hands outer products to the layers.
class AppliedProducts final : public OuterProducts {
 public:
  AppliedProducts(Network& network, float rate, const Pass& pass)
      : network_(network), rate_(rate), pass_(pass) {}
  void add(std::size_t layer, const BatchIn& x, const BatchIn& d) override {
    network_.layer(layer).update(x, d, rate_, pass_);
  }

 private:
  Network& network_;
  float rate_;
  Pass pass_;
};

/// What an arm's arrays are made of. Where no errors are carried back, a second array for them that
/// all arms share in the scenario would only cost.
ArraySettings array_of(const Arm& arm) {
  ArraySettings array = arm.array;
  if (!arm.rule->needs.transposed_read) array.backward.array = "none";
  return array;
}

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
        array_(array_of(arm)),
        network_(make_network(arm.layers, find_loss(arm.train.loss), array_, data.features, seed)),
        rule_(arm.rule->make(arm.rule_settings, {&network_, seed, &array_})) {}

  ArmOutcome run() {
    Evaluation test = evaluate_on(data_.test, Part::test, 0);
    const Evaluation before = evaluate_on(data_.train, Part::train, 0);
    observer_.epoch(measure(0, before.loss, before.accuracy, test));
    for (int epoch = 1; epoch <= arm_.train.epochs; ++epoch) {
      const ArmEnd end = train_epoch(epoch);
      if (end != ArmEnd::finished) return {end, {}, {}};
      test = evaluate_on(data_.test, Part::test, epoch);
      observer_.epoch(measure(epoch, train_loss_, train_accuracy_, test));
      if (!std::isfinite(test.loss)) return {ArmEnd::diverged, {}, {}};
    }
    return {ArmEnd::finished, test.confusion, weights()};
  }

 private:
  Evaluation evaluate_on(const Samples& samples, Part part, int epoch) {
    return evaluate(network_, *rule_, samples, data_.classes, part, seed_,
                    static_cast<std::uint32_t>(epoch));
  }

  ArmEnd train_epoch(int epoch) {
    const auto count = static_cast<std::size_t>(samples_per_epoch(arm_, data_));
    order_.resize(static_cast<std::size_t>(data_.train.size()));
    fill_permutation(
        {.seed = seed_, .purpose = Purpose::shuffle, .epoch = static_cast<std::uint32_t>(epoch)},
        order_);
    double loss = 0;
    Index correct = 0;
    Pass pass{seed_, static_cast<std::uint32_t>(epoch)};
    for (std::size_t first = 0; first < count; ++pass.batch) {
      if (stop_.stop_requested()) return ArmEnd::stopped;
      const std::size_t size = std::min(static_cast<std::size_t>(arm_.train.batch), count - first);
      const std::span<const std::uint32_t> which = std::span(order_).subspan(first, size);
      gather_inputs(data_.train, which, inputs_);
      gather_targets(data_.train, which, data_.classes, targets_);
      AppliedProducts products(network_, arm_.train.learning_rate, pass);
      const BatchResult result = rule_->learn(network_, {inputs_, targets_}, products, pass);
      if (!std::isfinite(result.loss)) return ArmEnd::diverged;
      first += size;
      loss += result.loss * static_cast<double>(size);
      correct += result.correct;
      observer_.batch(epoch, static_cast<Index>(first), correct);
    }
    train_loss_ = loss / static_cast<double>(count);
    train_accuracy_ = static_cast<double>(correct) / static_cast<double>(count);
    return ArmEnd::finished;
  }

  EpochRecord measure(int epoch, double train_loss, double train_accuracy, const Evaluation& test) {
    EpochRecord record;
    record.train_loss = train_loss;
    record.train_accuracy = train_accuracy;
    record.test_loss = test.loss;
    record.test_accuracy = test.accuracy;
    record.wall_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    Events events = network_.events();
    events += rule_->events();
    record.macs = events.macs;
    record.forward_reads = events.forward_reads;
    record.transposed_reads = events.transposed_reads;
    record.dac_conversions = events.converters.dac_conversions;
    record.dac_saturations = events.converters.dac_saturations;
    record.adc_conversions = events.converters.adc_conversions;
    record.adc_saturations = events.converters.adc_saturations;
    record.programmed_weights = events.programmed_weights;
    record.write_pulses = events.write_pulses;
    record.max_writes_per_device = events.max_writes_per_device;
    record.layers.resize(network_.size());
    for (std::size_t l = 0; l < network_.size(); ++l) {
      const Array& array = network_.layer(l).array();
      const auto w = array.weights().cast<double>();
      record.layers[l].weight_mean = w.mean();
      record.layers[l].weight_std = std::sqrt((w.array() - w.mean()).square().mean());
      record.layers[l].saturated_fraction = array.saturated_fraction();
      record.layers[l].backward_mismatch = array.backward_mismatch();
      record.layers[l].stuck_fraction = array.stuck_fraction();
    }
    if (record_.alignment_batches > 0) {
      const auto angles =
          alignment_angles(network_, *rule_, data_.train, data_.classes, arm_.train.batch,
                           record_.alignment_batches, seed_, static_cast<std::uint32_t>(epoch));
      for (std::size_t l = 0; l < angles.size(); ++l) record.layers[l].alignment_angle = angles[l];
    }
    return record;
  }

  std::vector<Matrix> weights() const {
    std::vector<Matrix> out;
    if (!record_.weights) return out;
    for (std::size_t l = 0; l < network_.size(); ++l)
      out.emplace_back(network_.layer(l).array().weights());
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
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::vector<std::uint32_t> order_;
  Batch inputs_, targets_;
  double train_loss_ = not_reached, train_accuracy_ = not_reached;
};

}  // namespace

ArmOutcome train_arm(const Arm& arm, std::uint64_t seed, const Dataset& data,
                     const RecordSettings& record, ArmObserver& observer,
                     const std::stop_token& stop) {
  return Training(arm, seed, data, record, observer, stop).run();
}

Index samples_per_epoch(const Arm& arm, const Dataset& data) {
  return arm.train.samples_per_epoch > 0 ? arm.train.samples_per_epoch : data.train.size();
}

std::vector<LayerShape> layer_shapes(const Arm& arm, const Dataset& data) {
  const Network network =
      make_network(arm.layers, find_loss(arm.train.loss), {.kind = "exact"}, data.features, 0);
  std::vector<LayerShape> shapes;
  std::set<std::string> names;
  for (std::size_t l = 0; l < network.size(); ++l) {
    const Layer& layer = network.layer(l);
    shapes.push_back({layer.name(), layer.outputs(), layer.inputs()});
    const std::string& name = layer.name();
    if (!names.insert(name).second || name.find('/') != std::string::npos) {
      throw Error(Failure::usage,
                  fmt::format("network.layers[{}].name: '{}' of arm '{}' is not a name of its own "
                              "without '/'",
                              l + 1, name, arm.name));
    }
  }
  if (shapes.back().outputs != data.classes) {
    throw Error(
        Failure::usage,
        fmt::format(
            "network.layers: the last layer of arm '{}' has {} units, but '{}' has {} classes",
            arm.name, shapes.back().outputs, data.name, data.classes));
  }
  if (arm.train.samples_per_epoch > data.train.size()) {
    throw Error(Failure::usage,
                fmt::format("train.samples_per_epoch: {} is out of range [0, {}] (the training "
                            "samples of arm '{}')",
                            arm.train.samples_per_epoch, data.train.size(), arm.name));
  }
  if (arm.train.batch > data.train.size()) {
    throw Error(
        Failure::usage,
        fmt::format("train.batch: {} is out of range [1, {}] (the training samples of arm '{}')",
                    arm.train.batch, data.train.size(), arm.name));
  }
  return shapes;
}

}  // namespace memtrain
