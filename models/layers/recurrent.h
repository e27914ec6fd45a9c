#pragma once
#include <array>

#include "models/layers/layer.h"

namespace memtrain {

/// What every recurrent layer can be told.
struct RecurrentSettings {
  int units = 0;
  std::string returns = "last";
  int truncate = 0;
  WeightsSettings weights;
};
/// The rows of them, for the table of a struct that extends them.
template <class S>
[[nodiscard]] std::vector<Parameter<S>> recurrent_rows() {
  static constexpr std::array<std::string_view, 2> outputs{"last", "all"};
  return with_weights<S>({
      {{"units", "1", 1, 1e6, "number of units"}, member<&S::units>},
      {{.name = "returns",
        .unit = "1",
        .help = "what the layer gives: the state of the last step, or of all steps",
        .choices = outputs},
       member<&S::returns>},
      {{"truncate", "step", 0, 4096,
        "errors are not carried back beyond every so many steps; 0: to the first"},
       member<&S::truncate>},
  });
}

/// A layer whose state of one step, beside the inputs of the next, makes the state of the next;
/// before the first it is 0. Inputs are a sequence [T × 1 × features], outputs the last state or
/// all of them [T × 1 × units].
///
/// What its units do in one step is up to the kind: its pre-activations, a block of `units` for
/// every gate, and the state (and memory cells) they make. Errors go back through time step by
/// step, a read of the weights each.
class Recurrent : public Layer {
 public:
  ~Recurrent() override = default;
  Recurrent& operator=(const Recurrent&) = delete;

  using Layer::units_of;
  using Layer::weights;
  [[nodiscard]] std::span<Weights> weights() final { return weights_; }

  [[nodiscard]] Index steps() const final { return input_shape().rows; }
  [[nodiscard]] bool carries_through_time(const Weights& /*weights*/) const override {
    return true;
  }
  /// At every step: pre-activations and states.
  [[nodiscard]] Index values_left() const override { return steps() * (pre_activations_ + units_); }
  [[nodiscard]] Batch& units_of(Activity& activity) const final { return activity.states; }
  void show_units(Activity& activity) const final;
  void local_error(const Activity& activity, Batch& error) const final;
  void backward(const BatchIn& x, const Activity& activity, Batch& error, Batch* at_inputs,
                ErrorPath& path, const Pass& pass) final;
  void outer_products(const BatchIn& x, const Activity& activity, const BatchIn& d,
                      OuterProducts& products) final;

 protected:
  /// All samples at one step, each quantity [samples × …].
  struct Moment {
    Batch x, before, cell_before;  ///< inputs, state and cells of the step before
    Batch z, state, cell;  ///< what they make: pre-activations [units · gates], state, cells
  };

  /// `gates`: blocks of pre-activations. Errors: inputs that are no sequence, or too long a one.
  Recurrent(const RecurrentSettings& settings, const LayerContext& context,
            std::string_view activation, Index gates);
  /// A copy is an exact twin: the same weights in exact arithmetic.
  Recurrent(const Recurrent& other);
  /// Adds a weight matrix [units × inputs]; `what` is added to the layer's name.
  void add_weights(const LayerContext& context, const std::string& what, Index inputs,
                   const WeightsSettings& settings);
  /// The same of a matrix that only the inputs of a step lead to.
  void add_input_weights(const LayerContext& context, const std::string& what,
                         const WeightsSettings& settings);

  [[nodiscard]] Index width() const { return units_; }
  /// Pre-activations of gate `gate` among those of all.
  [[nodiscard]] auto gate(const Batch& z, Index gate) const {
    return z.middleCols(gate * units_, units_).array();
  }
  [[nodiscard]] auto gate(Batch& z, Index gate) const {
    return z.middleCols(gate * units_, units_).array();
  }
  /// [x, state of the step before], what most gates read; valid until the next call.
  const Batch& joined(const Moment& now);

  std::vector<Weights> weights_;

 private:
  void compute(const BatchIn& x, Activity& out, const Pass& pass) final;
  void compute_shifted(const BatchIn& x, const Batch& shift, const Activity* first, Activity& out,
                       const Pass& pass) final;
  void compute_back(const BatchIn& x, const BatchIn& d, Batch& g, ErrorPath& path,
                    const Pass& pass) final;
  [[nodiscard]] DigitalWork work_forward() const final;
  /// Fills z, state and cell.
  virtual void read(Moment& now, const Pass& pass) = 0;
  /// d = the error at the pre-activations for one at the state; at_cell, the error at the cells,
  /// becomes that of the step before.
  virtual void gate_errors(const Moment& now, const Batch& at_state, Batch& at_cell,
                           Batch& d) const = 0;
  /// Carries d back to the state before the step, which at_state becomes, and to the inputs of the
  /// step, where that is asked for; else at_inputs is null.
  virtual void carry_step(const Moment& now, const Batch& d, Batch& at_state, Batch* at_inputs,
                          ErrorPath& path, const Pass& pass) = 0;
  /// Hands over the outer products of all steps: rows [samples·steps] of [x, before], of x, of
  /// before and of d.
  virtual void products_of(const BatchIn& joined, const BatchIn& x, const BatchIn& before,
                           const BatchIn& d, OuterProducts& products) = 0;

  void run(const BatchIn& x, const Batch* shift, const Activity* first, Activity& out,
           const Pass& pass);
  /// What `activity` says of step t, but x.
  void recall(const Activity& activity, Index t, Moment& now) const;

  int truncate_;
  Index units_, pre_activations_;
  Moment now_;
  Batch joined_, at_state_, at_cell_, at_input_, step_delta_, deltas_;
};

}  // namespace memtrain
