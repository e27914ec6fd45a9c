// Training 784-1024-128-10 in exact arithmetic by every rule, batch 64, momentum 0.9: one
// mini-batch.
#include "models/rules/learning_rule.h"
#include "tools/benchmarks/benchmarks.h"
#include "tools/benchmarks/crosspoint_rate.h"

namespace memtrain::benchmarks {
namespace {

class Apply final : public OuterProducts {
 public:
  void add(Weights& weights, const BatchIn& x, const BatchIn& d, Index rows_per_sample) override {
    weights.update(x, d, rows_per_sample, 0.01F, {});
  }
  void add_feedback(Weights& weights, const BatchIn& x, const BatchIn& d,
                    const Pass& pass) override {
    weights.update(x, d, 1, 0.01F, pass);
  }
};

void train(benchmark::State& state, std::string_view rule_name) {
  ArraySettings exact{.kind = "exact"};
  exact.crosspoints.optimiser.momentum = 0.9F;
  const auto dense = [](std::int64_t units, const char* activation) {
    return LayerSettings{"dense", {{"units", units}, {"activation", std::string(activation)}}};
  };
  Network network = make_network({dense(1024, "tanh"), dense(128, "tanh"), dense(10, "softmax")},
                                 find_loss("cross_entropy"), exact, flat(784), 1);
  const auto rule = find_rule_kind(rule_name)->make({}, {&network, 1});
  const Batch inputs = Batch::Random(64, 784).cwiseAbs();
  Batch targets = Batch::Zero(64, 10);
  for (Index i = 0; i < 64; ++i) targets(i, i % 10) = 1.0F;
  Apply apply;
  for (auto _ : state) rule->learn(network, {inputs, targets}, apply, {});
  // what a rule asks for, by the arrays' own counts: time should be in proportion
  Events before = network.account().total();
  before += rule->account().total();
  rule->learn(network, {inputs, targets}, apply, {});
  Events after = network.account().total();
  after += rule->account().total();
  state.counters["macs_per_sample"] = (after.macs - before.macs) / 64.0;
  state.counters["seconds_per_60000_samples"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * 64.0 / 60000.0,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

}  // namespace

void register_train() {
  for (const RuleKind* rule : rule_kinds()) {
    benchmark::RegisterBenchmark(
        ("train/" + std::string(rule->name) + "/784-1024-128-10/batch:64").c_str(),
        [=](benchmark::State& s) { train(s, rule->name); });
  }
}

}  // namespace memtrain::benchmarks
