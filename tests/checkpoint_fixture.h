#pragma once
#include <string>

// A scenario whose runs take no time.
namespace memtrain::test {

inline const std::string quick_text = R"(
[data]
name = "patterns"
shape = [4, 4, 2]
classes = 4
train_samples = 44
test_samples = 12
[network]
layers = [ { units = 6 }, { units = 5 }, { units = 4, activation = "softmax" } ]
[train]
epochs = 3
batch = 8
learning_rate = 0.1
seeds = [3, 4]
[record]
alignment_batches = 1
[[arm]]
name = "one"
rule = "bp"
)";

}  // namespace memtrain::test
