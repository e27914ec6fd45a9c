#include "sim/run/update_metrics.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "sim/base/unknown.h"
#include "sim/run/evaluate.h"

namespace memtrain {
namespace {

/// Keeps a rule's outer products instead of applying them.
class KeptProducts final : public OuterProducts {
 public:
  explicit KeptProducts(std::size_t weights)
      : inputs(weights), deltas(weights), losses(weights, unknown) {}
  void add(Weights& weights, const BatchIn& x, const BatchIn& d,
           Index /*rows_per_sample*/) override {
    inputs[weights.id()] = x;
    deltas[weights.id()] = d;
  }
  void add_feedback(Weights& /*weights*/, const BatchIn& /*x*/, const BatchIn& /*d*/,
                    const Pass& /*pass*/) override {}
  void local_loss(const Weights& weights, double loss) override { losses[weights.id()] = loss; }
  std::vector<Batch> inputs, deltas;  ///< empty where the rule asks for no update
  std::vector<double> losses;
};

constexpr Index rows_per_block = 64;

}  // namespace

UpdateMetrics compare_updates(const BatchIn& x1, const BatchIn& d1, const BatchIn& x2,
                              const BatchIn& d2, Index groups) {
  const Index inputs = x1.cols() / groups;
  const Index outputs = d1.cols() / groups;
  double product = 0;
  double square1 = 0;
  double square2 = 0;
  Index moved = 0;
  Index agreed = 0;
  Matrix u1;
  Matrix u2;
  Index rows = 0;
  for (Index first = 0; first < d1.cols(); first += rows) {
    rows = std::min(rows_per_block, outputs - first % outputs);
    const Index read = first / outputs * inputs;  // the first input of the group
    u1.noalias() = d1.middleCols(first, rows).transpose() * x1.middleCols(read, inputs);
    u2.noalias() = d2.middleCols(first, rows).transpose() * x2.middleCols(read, inputs);
    // a row at a time in single precision: their sum in double
    product += u1.cwiseProduct(u2).rowwise().sum().cast<double>().sum();
    square1 += u1.rowwise().squaredNorm().cast<double>().sum();
    square2 += u2.rowwise().squaredNorm().cast<double>().sum();
    moved += (u2.array() != 0.0F).count();
    agreed += (u1.array() * u2.array().sign() > 0.0F).count();
  }
  const double norms = std::sqrt(square1) * std::sqrt(square2);
  UpdateMetrics metrics{unknown, unknown, unknown};
  if (norms > 0) {
    const double cosine = std::clamp(product / norms, -1.0, 1.0);
    metrics.angle = std::acos(cosine) * 180.0 / std::numbers::pi;
  }
  if (square2 > 0) {
    const double samples = static_cast<double>(x2.rows()) / static_cast<double>(x1.rows());
    metrics.norm_ratio = std::sqrt(square1 / square2) * samples;
  }
  if (moved > 0) metrics.sign_agreement = static_cast<double>(agreed) / static_cast<double>(moved);
  return metrics;
}

namespace {

/// A mean over the mini-batches in which there was something to measure; NaN without any.
class Mean {
 public:
  void add(double value) {
    if (!std::isfinite(value)) return;
    sum_ += value;
    ++count_;
  }
  [[nodiscard]] double value() const { return count_ == 0 ? unknown : sum_ / count_; }

 private:
  double sum_ = 0;
  int count_ = 0;
};

struct LayerMeans {
  Mean angle, norm_ratio, sign_agreement, local_loss;
};

}  // namespace

std::vector<LayerUpdate> measure_updates(Network& network, LearningRule& rule,
                                         const Samples& samples, const TargetShape& target,
                                         Index batch_size, int batches, std::uint64_t seed,
                                         std::uint32_t epoch) {
  std::vector<LayerMeans> means(network.weight_count());
  Network twin = network.exact_twin();
  const auto backprop = find_rule_kind("bp")->make({}, {&twin, seed});
  std::vector<std::uint32_t> which(static_cast<std::size_t>(std::min(batch_size, samples.size())));
  Batch inputs;
  Batch targets;
  for (int measured = 0; measured < batches; ++measured) {
    const Index first = measured * batch_size;
    if (first + static_cast<Index>(which.size()) > samples.size()) break;
    std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(first));
    gather_inputs(samples, which, inputs);
    gather_targets(samples, which, target, targets);
    const Pass pass{seed, epoch, static_cast<std::uint32_t>(measured), Phase::alignment};
    KeptProducts asked(network.weight_count());
    KeptProducts exact(network.weight_count());
    const BatchResult result = rule.learn(network, {inputs, targets}, asked, pass);
    backprop->learn(twin, {inputs, targets}, exact, pass);
    for (std::size_t l = 0; l < means.size(); ++l) {
      if (asked.deltas[l].size() == 0) continue;
      const UpdateMetrics metrics =
          compare_updates(asked.inputs[l], asked.deltas[l], exact.inputs[l], exact.deltas[l],
                          network.weights(l).groups());
      means[l].angle.add(metrics.angle);
      means[l].norm_ratio.add(metrics.norm_ratio);
      means[l].sign_agreement.add(metrics.sign_agreement);
      const bool of_network = l + 1 == means.size() && std::isnan(asked.losses[l]);
      means[l].local_loss.add(of_network ? result.loss : asked.losses[l]);
    }
  }
  std::vector<LayerUpdate> layers;
  for (const LayerMeans& mean : means) {
    layers.push_back({{mean.angle.value(), mean.norm_ratio.value(), mean.sign_agreement.value()},
                      mean.local_loss.value()});
  }
  return layers;
}

}  // namespace memtrain
