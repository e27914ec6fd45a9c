#include "sim/run/alignment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "sim/run/evaluate.h"

namespace memtrain {
namespace {

/// Keeps a rule's outer products instead of applying them.
class KeptProducts final : public OuterProducts {
 public:
  explicit KeptProducts(std::size_t layers) : inputs(layers), deltas(layers) {}
  void add(std::size_t layer, const BatchIn& x, const BatchIn& d) override {
    inputs[layer] = x;
    deltas[layer] = d;
  }
  std::vector<Batch> inputs, deltas;  ///< empty where the rule asks for no update
};

double inner_product(const BatchIn& x1, const BatchIn& d1, const BatchIn& x2, const BatchIn& d2) {
  const Batch deltas = d1 * d2.transpose();
  const Batch inputs = x1 * x2.transpose();
  return (deltas.cast<double>().array() * inputs.cast<double>().array()).sum();
}

}  // namespace

double angle_between(const BatchIn& x1, const BatchIn& d1, const BatchIn& x2, const BatchIn& d2) {
  const double norms =
      std::sqrt(inner_product(x1, d1, x1, d1)) * std::sqrt(inner_product(x2, d2, x2, d2));
  if (!(norms > 0)) return std::numeric_limits<double>::quiet_NaN();
  const double cosine = std::clamp(inner_product(x1, d1, x2, d2) / norms, -1.0, 1.0);
  return std::acos(cosine) * 180.0 / std::numbers::pi;
}

std::vector<double> alignment_angles(Network& network, LearningRule& rule, const Samples& samples,
                                     Index classes, Index batch_size, int batches,
                                     std::uint64_t seed, std::uint32_t epoch) {
  std::vector<double> sum(network.size(), 0.0);
  Network twin = network.exact_twin();
  const auto backprop = find_rule_kind("bp")->make({}, {&twin, seed});
  std::vector<std::uint32_t> which(static_cast<std::size_t>(std::min(batch_size, samples.size())));
  Batch inputs;
  Batch targets;
  int measured = 0;
  for (; measured < batches; ++measured) {
    const Index first = measured * batch_size;
    if (first + static_cast<Index>(which.size()) > samples.size()) break;
    std::iota(which.begin(), which.end(), static_cast<std::uint32_t>(first));
    gather_inputs(samples, which, inputs);
    gather_targets(samples, which, classes, targets);
    const Pass pass{seed, epoch, static_cast<std::uint32_t>(measured), Phase::alignment};
    KeptProducts asked(network.size());
    KeptProducts exact(network.size());
    rule.learn(network, {inputs, targets}, asked, pass);
    backprop->learn(twin, {inputs, targets}, exact, pass);
    for (std::size_t l = 0; l < sum.size(); ++l) {
      sum[l] += asked.deltas[l].size() == 0 ? std::numeric_limits<double>::quiet_NaN()
                                            : angle_between(asked.inputs[l], asked.deltas[l],
                                                            exact.inputs[l], exact.deltas[l]);
    }
  }
  for (double& angle : sum) angle /= measured;
  return sum;
}

}  // namespace memtrain
