#pragma once
#include "sim/sweep/plan.h"

// A small scenario, and plans of it.
namespace memtrain::test {

using Texts = std::vector<std::string>;

inline const std::string sweep_text = R"([data]
name = "patterns"
shape = [1, 6, 1]
classes = 3
train_samples = 40
test_samples = 12
[network]
layers = [ { units = 5 }, { units = 3, activation = "softmax" } ]
[train]
epochs = 2
batch = 8
learning_rate = 0.1
[record]
alignment_batches = 0
[device]
model = "soft_bounds"
[[arm]]
name = "ftp"
rule = "ftp"
[[arm]]
name = "bp"
rule = "bp"
train.learning_rate = 0.05
)";

inline const ScenarioText scenario{"x.toml", sweep_text};

inline Plan plan_of(const Texts& vary, std::size_t sample = 0, const Texts& set = {},
                    const ScenarioText& of = scenario) {
  Plan plan{.scenario = of, .set = set, .folder = "/tmp"};
  plan.axes = read_axes(plan.scenario, vary);
  (void)check_axes(plan.scenario, plan.set, plan.axes);
  lay_points(plan, sample);
  return plan;
}

}  // namespace memtrain::test
