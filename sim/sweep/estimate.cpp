#include "sim/sweep/estimate.h"

#include <chrono>
#include <optional>

#include "sim/cost/price.h"
#include "sim/record/metrics.h"
#include "sim/run/train_arm.h"

namespace memtrain {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Stops training when it has shown its speed.
class Moment final : public ArmObserver {
 public:
  void batch(Index epoch, Index samples, double /*correct*/) override {
    if (epoch > 1) return;
    samples_ = samples;
    training_ = seconds_since(begun_);
    if (training_ > enough_seconds) stop_.request_stop();
  }
  void epoch(const EpochRecord& /*record*/) override {
    if (!before_) before_ = seconds_since(begun_);
    begun_ = Clock::now();
    if (samples_ > 0) stop_.request_stop();
  }
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
  /// What is measured before training.
  [[nodiscard]] double before() const { return before_.value_or(0.0); }
  [[nodiscard]] double seconds_per_sample() const {
    return samples_ > 0 ? training_ / static_cast<double>(samples_) : 0.0;
  }

 private:
  static constexpr double enough_seconds = 0.5;
  std::stop_source stop_;
  Clock::time_point begun_ = Clock::now();
  std::optional<double> before_;
  double training_ = 0;
  Index samples_ = 0;
};

double estimated_seconds(const Arm& arm, const Scenario& scenario, const Dataset& data) {
  Moment moment;
  (void)train_arm(arm, static_cast<std::uint64_t>(scenario.seeds.front()), data, scenario.record,
                  moment, moment.token());
  // before training all samples are read once; after an epoch, those that are not trained on
  const auto held_out = static_cast<double>(data.test.size() + data.validation.size());
  const double part = held_out / (held_out + static_cast<double>(data.train.size()));
  const double epoch =
      moment.seconds_per_sample() * static_cast<double>(samples_per_epoch(arm, data)) +
      moment.before() * part;
  return moment.before() + epoch * arm.train.epochs;
}

/// Numbers of the result file; what is around each dataset is about a kilobyte.
double estimated_bytes(const Arm& arm, const Scenario& scenario, const Dataset& data) {
  constexpr double around = 1100, real = sizeof(double);
  const auto rows = static_cast<double>(scenario.seeds.size()) * (arm.train.epochs + 1);
  auto datasets = static_cast<double>(epoch_metrics().size());
  double weights = 0;
  const ArmShape shape = arm_shape(arm, data);
  const auto parts = static_cast<double>(shape.parts.size() * phase_names().size());
  const double costs =
      static_cast<double>(phase_cost_metrics().size()) * (around + rows * parts * real);
  for (const LayerShape& layer : shape.layers) {
    datasets += static_cast<double>(layer_metrics().size());
    weights += static_cast<double>(layer.outputs * layer.inputs);
  }
  const double kept = scenario.record.weights
                          ? weights * sizeof(float) * static_cast<double>(scenario.seeds.size())
                          : 0.0;
  return datasets * (around + rows * real) + costs + kept + static_cast<double>(arm.toml.size());
}

}  // namespace

PointEstimate estimate_point(const Plan& plan, std::size_t point) {
  const Scenario scenario = read_scenario(plan.scenario, plan.overrides(point));
  const Dataset data = load_dataset(scenario.data, plan.data_dir);
  PointEstimate estimate{.bytes = static_cast<double>(scenario.toml.size()),
                         .tasks = scenario.arms.size() * scenario.seeds.size()};
  for (const Arm& arm : scenario.arms) {
    estimate.bytes += estimated_bytes(arm, scenario, data);
    estimate.seconds +=
        estimated_seconds(arm, scenario, data) * static_cast<double>(scenario.seeds.size());
  }
  return estimate;
}

}  // namespace memtrain
