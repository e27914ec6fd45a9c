#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/layers/network.h"

namespace memtrain {

/// What a rule asks of the hardware beyond one forward read and the outer products.
struct Needs {
  bool transposed_read = false;         ///< reads W and Wᵀ from the same devices
  bool transposed_output_only = false;  ///< Wᵀ of the output layer, and no other's
  bool second_forward_read = false;     ///< reads forward more than once a sample
  bool feedback_arrays = false;         ///< has matrices of its own, fixed or learned
  bool errors_in_feedback = false;      ///< what its fixed matrices are read with are errors
  bool learned_feedback = false;        ///< writes them in training
  bool label_in_input = false;          ///< writes the class into the first features
  bool hidden_layers = false;           ///< has nothing to do where there is only an output layer
  bool class_probabilities = false;     ///< takes the outputs for probabilities: a softmax layer
  bool symmetric_weights = false;       ///< errors are carried by the forward weights or a copy
  bool dense_layers = false;            ///< defined for dense layers one after another, no others
  bool plain_units = false;             ///< not defined for units with gates
};
/// The needs in words, with commas between; "nothing" without any.
[[nodiscard]] std::string needs_text(const Needs& needs);

/// Some samples with their targets (one-hot for classes).
struct MiniBatch {
  BatchIn inputs;   ///< [samples × features]
  BatchIn targets;  ///< [samples × outputs]
};

/// How a mini-batch went, by the rule's first forward pass.
struct BatchResult {
  double loss = 0;     ///< mean over the samples
  double correct = 0;  ///< samples whose largest output is the target's; NaN: the rule cannot tell
};

/// Where a rule is made. Feedback matrices are drawn from the stream feedback_weights of the seed.
struct RuleContext {
  const Network* network = nullptr;
  std::uint64_t seed = 0;
  ArraySettings feedback = {.kind = "exact"};  ///< what the rule's own arrays are made of
};

/// A learning rule: how the local errors d and inputs x of every layer's outer product arise, and
/// the reads it takes to get them. A rule never touches weights.
class LearningRule {
 public:
  virtual ~LearningRule() = default;
  /// Computes the outer products of one mini-batch. Layers whose weights it still needs it must
  /// read before it hands over their outer product.
  virtual BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                            const Pass& pass) = 0;
  /// The outputs for x [samples × features]: a forward pass.
  virtual void predict(Network& network, const BatchIn& x, Batch& outputs, const Pass& pass);
  /// What happened to the rule's own arrays (feedback matrices), and what it computes itself: the
  /// comparison of outputs and targets, a multiply-accumulate for each by convention.
  [[nodiscard]] Account account() const;
  /// How often the devices of the rule's own arrays have been written, if that is counted.
  [[nodiscard]] virtual Wear wear() const;
  /// Entries of the rule's own arrays.
  [[nodiscard]] virtual Index parameters() const;
  /// The values of one sample that have to be held at a time to learn from it, at the least: inputs
  /// and activities that are still needed, errors and targets. For layers one after another; where
  /// paths part and meet, about that.
  [[nodiscard]] virtual Index held_values(const Network& network) const;
  /// Saves or restores all that training has changed of what belongs to the rule.
  void state(Archive& archive);
  /// A mini-batch of training is over: time passes for feedback matrices that are only read.
  void rest(const Pass& pass);

 protected:
  /// The inputs, and what reading all layers leaves behind.
  [[nodiscard]] static Index all_activities(const Network& network);
  /// The largest sum of a layer's inputs (with this factor) and outputs, of layers from `first` on.
  [[nodiscard]] static Index largest_pair(const Network& network, std::size_t first,
                                          Index inputs_factor = 1);
  /// The units of the largest hidden layer, at all steps.
  [[nodiscard]] static Index largest_hidden(const Network& network);
  /// Puts a fixed feedback matrix into an array of its own (or one for each group of its outputs),
  /// the next of feedback_.
  void add_feedback(const RuleContext& context, const Matrix& weights, Index groups = 1);
  /// Puts a fixed random matrix that leads from the outputs to the units of a layer into an array,
  /// the next of feedback_. All steps of a recurrent layer share it; where the output has as many
  /// steps, each leads to its own. `shared_by`: positions of a feature map that share its rows.
  void add_projection(const RuleContext& context, const Layer& to, float scale,
                      Index shared_by = 1);
  /// out [samples × steps·units] = the signal [samples × outputs] projected by feedback_[number].
  void project(std::size_t number, const BatchIn& signal, Batch& out, const Pass& pass);
  /// Counts a multiply-accumulate of digital logic for each value, as for their squares.
  void count_squares(CostPhase phase, const Batch& values, const Pass& pass);
  /// Counts the comparison of so many outputs with their targets.
  void count_comparison(const Batch& outputs, const Pass& pass);
  /// The first forward pass that every rule begins with: fills activities_ and output_delta_.
  BatchResult first_pass(Network& network, const MiniBatch& batch, const Pass& pass);
  /// Whether only the next layer takes the outputs of this one, and nothing else. Never of a
  /// recurrent layer: its units are states, of which those above may see but the last.
  [[nodiscard]] static bool leads_to_next_alone(const Network& network, std::size_t layer);
  /// An error at the outputs of a layer without weights becomes one at its inputs; `x`: what the
  /// network has read.
  void carry_back(Network& network, std::size_t layer, Batch& error, const BatchIn& x,
                  const Pass& pass);
  /// An error at the activities of a layer, as the rule sets it, comes back through the dropout
  /// that follows it, also behind a flatten, as backprop's would: what is silenced in this
  /// mini-batch learns nothing.
  void back_through_dropout(Network& network, std::size_t layer, Batch& error, const BatchIn& x,
                            const Pass& pass);
  /// Hands over what errors `delta` at the pre-activations of a layer ask of its weights, where
  /// reading `x` left `activities` behind.
  static void hand_over(Network& network, std::size_t layer, const BatchIn& x,
                        const std::vector<Activity>& activities, const Batch& delta,
                        OuterProducts& products);
  /// What the layer alone learns from.
  static void tell_loss(const Network& network, std::size_t layer, double loss,
                        OuterProducts& products);

  std::vector<Activity> activities_;
  Batch output_delta_;
  std::vector<std::unique_ptr<Array>> feedback_;  ///< fixed matrices

 private:
  /// What happened to what a rule has beside feedback_, and its state.
  [[nodiscard]] virtual Account own_account() const { return {}; }
  virtual void own_state(Archive& /*archive*/) {}

  /// How a projection meets the steps of the layer that it leads to.
  struct Projection {
    Index steps = 1;
    bool by_step = false;
    Index shared_by = 1;
  };
  std::vector<Projection> projections_;
  Account digital_;
  Batch carried_;
};

/// A random feedback matrix, N(0, scale²/inputs): number `number` of the seed's.
[[nodiscard]] Matrix random_feedback(std::uint64_t seed, std::size_t number, Index outputs,
                                     Index inputs, float scale);
/// ½‖h − τ‖², a mean over the samples, of a difference h − τ.
[[nodiscard]] double half_square(const Batch& difference);

/// The layer number that names the random streams of feedback array `number`; no layer has it.
[[nodiscard]] constexpr std::uint16_t feedback_streams(std::size_t number) {
  return static_cast<std::uint16_t>(255 - number);
}

/// What the spreadsheet that accompanies the FTP paper (arXiv:2506.11030) makes its totals from, in
/// multiply-accumulates of one sample: products, pooling and comparison as this program counts
/// them.
struct SheetCounts {
  double forward = 0;       ///< one forward pass
  double first_layer = 0;   ///< of it, the first layer with weights
  double update = 0;        ///< all outer products
  double outputs = 0;       ///< of the network
  double first_hidden = 0;  ///< units of the first hidden layer
  double features = 0;
  double all_outputs = 0;  ///< of all layers with weights together
};

/// A kind of rule: one object a rule, from the registry.
struct RuleKind {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  /// What it needs with these settings.
  Needs (*needs)(const ParameterValues& values);
  std::vector<ParameterDescription> (*parameters)();
  std::unique_ptr<LearningRule> (*make)(const ParameterValues& values, const RuleContext& context);
  /// The sheet's total for the rule; null: it has none. What a run counts may differ: the sheet's
  /// DTP knows no noisy reads and its FF no pass of a head.
  double (*sheet_macs)(const SheetCounts& sheet) = nullptr;
  /// Why a setting of the rule does nothing beside these others; empty: it does something. Null:
  /// all of them always do.
  std::string (*without_effect)(const ParameterValues& values, std::string_view name) = nullptr;
};
[[nodiscard]] std::span<const RuleKind* const> rule_kinds();
/// The rule of that name, or null.
[[nodiscard]] const RuleKind* find_rule_kind(std::string_view name);

}  // namespace memtrain
