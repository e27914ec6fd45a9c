#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/layers/activation.h"
#include "models/layers/shape.h"
#include "models/layers/weights.h"

namespace memtrain {

/// What one read of a layer left behind: pre-activation and activation, both [samples × outputs].
/// It belongs to the rule, not to the layer: a rule that reads twice keeps two.
struct Activity {
  Batch z, h;
  // of a recurrent layer, step by step, where z has the pre-activations of all gates
  Batch states, cells;
};

/// How a rule takes errors back through a weight matrix.
class ErrorPath {
 public:
  virtual ~ErrorPath() = default;
  /// g [n × inputs] = the errors d [n × outputs] of these weights, back at their inputs; resized.
  virtual void carry(Weights& weights, const BatchIn& d, Batch& g, const Pass& pass) = 0;
};

/// Where a rule's outer products go: into the weights, or into a measurement.
class OuterProducts {
 public:
  virtual ~OuterProducts() = default;
  /// The weights shall change by −rate/n · dᵀ x; x [rows × inputs], d [rows × outputs], with n
  /// samples of `rows_per_sample` rows each. What is read after this call may or may not see the
  /// change.
  virtual void add(Weights& weights, const BatchIn& x, const BatchIn& d, Index rows_per_sample) = 0;
  /// The same for weights that belong to the rule, such as a learned inverse. `pass` names the
  /// random numbers of this update: it must not be that of another one in the mini-batch.
  virtual void add_feedback(Weights& weights, const BatchIn& x, const BatchIn& d,
                            const Pass& pass) = 0;
  /// The loss that these weights alone learn from, a mean over the samples.
  virtual void local_loss(const Weights& /*weights*/, double /*loss*/) {}
};

/// Where a layer is made.
struct LayerContext {
  std::string name;
  Shape input = {};
  std::uint16_t index = 0;    ///< 0 is the first layer; names the random streams of a layer's own
  std::uint16_t weights = 0;  ///< the number of its first weight matrix in the network
  std::uint64_t seed = 0;
  const ArraySettings* array = nullptr;
  /// Of weights that errors pass on their way to the inputs only; null: as `array`.
  const ArraySettings* array_at_inputs = nullptr;
};

/// What digital logic does for one sample.
struct DigitalWork {
  double macs = 0;        ///< multiply-accumulates
  double operations = 0;  ///< additions, multiplications and activations
};

/// A layer of a network: a function of the samples [samples × inputs] that flow through it, with or
/// without weights. It holds weights and the form of its activation, never activity.
class Layer {
 public:
  virtual ~Layer() = default;
  Layer& operator=(const Layer&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Shape& input_shape() const { return input_; }
  [[nodiscard]] const Shape& output_shape() const { return output_; }
  [[nodiscard]] Index inputs() const { return input_.size(); }
  [[nodiscard]] Index outputs() const { return output_.size(); }
  /// f in h = f(z); linear where a layer has none.
  [[nodiscard]] const Activation& activation() const { return *activation_; }
  /// Its weight matrices; empty: it has none, and nothing of it learns.
  [[nodiscard]] virtual std::span<Weights> weights() { return {}; }
  [[nodiscard]] std::span<const Weights> weights() const {
    return const_cast<Layer*>(this)->weights();  // the same objects, read-only
  }

  /// z and h = f(z) for x [samples × inputs]; x must not alias `out`.
  void forward(const BatchIn& x, Activity& out, const Pass& pass);

  /// The steps in time of its units; 1: it is not recurrent.
  [[nodiscard]] virtual Index steps() const { return 1; }
  /// The units that learn, at one step: what a direct signal or a target is for.
  [[nodiscard]] Index units() const { return steps() > 1 ? output_shape().channels : outputs(); }
  /// Their activities [samples × steps()·units()]: h, or the states of a recurrent layer, which may
  /// show only the last of them.
  [[nodiscard]] virtual Batch& units_of(Activity& activity) const { return activity.h; }
  [[nodiscard]] const Batch& units_of(const Activity& activity) const {
    return units_of(const_cast<Activity&>(activity));  // the same numbers, read-only
  }
  /// The units of `activity` were changed: h follows, where it is not the same.
  virtual void show_units(Activity& /*activity*/) const {}
  /// The same read with `shift` added to the units: [samples × units()], at the first step, or for
  /// all steps; in a recurrent layer what is shifted goes on to the next step. Where `first` is
  /// given, it is what x left behind in a read before, and nothing is read twice that would not
  /// differ.
  void forward_shifted(const BatchIn& x, const Batch& shift, const Activity* first, Activity& out,
                       const Pass& pass);

  /// An error at the units becomes one at the pre-activations z, at each step by itself: by default
  /// ⊙ f′(z).
  virtual void local_error(const Activity& activity, Batch& error) const;
  /// An error at the outputs becomes one at the pre-activations, through time as well, and arrives
  /// at the inputs in *at_inputs [samples × inputs], if that is asked for; `x` and `pass` are those
  /// of the read.
  virtual void backward(const BatchIn& x, const Activity& activity, Batch& error, Batch* at_inputs,
                        ErrorPath& path, const Pass& pass);
  /// An error d at the pre-activations back at the inputs, g [samples × inputs]. Not for recurrent
  /// layers, where that is a part of the way through time.
  void carry_back(const BatchIn& x, const BatchIn& d, Batch& g, ErrorPath& path, const Pass& pass);
  /// Whether errors pass these weights on their way through time, wherever they come from.
  [[nodiscard]] virtual bool carries_through_time(const Weights& /*weights*/) const {
    return false;
  }
  /// Hands over what errors d at the pre-activations ask of the weights, where reading x left
  /// `activity` behind.
  virtual void outer_products(const BatchIn& /*x*/, const Activity& /*activity*/,
                              const BatchIn& /*d*/, OuterProducts& /*products*/) {}

  /// Whether its outputs can lie in memory where its inputs lay: it takes them one by one, and
  /// leaves them or silences them.
  [[nodiscard]] virtual bool in_place() const { return false; }
  /// The values of a sample that reading it leaves behind and learning needs.
  [[nodiscard]] virtual Index values_left() const { return in_place() ? 0 : outputs(); }
  /// What happened to it in training: in its arrays, which work at the same time, and in digital
  /// logic.
  [[nodiscard]] Account account() const;
  /// Saves or restores all that training has changed.
  void state(Archive& archive);

  /// The same layer with the same weights and biases in exact arithmetic.
  [[nodiscard]] virtual std::unique_ptr<Layer> exact_twin() const = 0;

 protected:
  /// Counts a read of so many samples.
  void count_forward(Index samples, const Pass& pass);

  Layer(const LayerContext& context, const Shape& output, std::string_view activation = "linear")
      : name_(context.name),
        input_(context.input),
        output_(output),
        activation_(&find_activation(activation)) {}
  Layer(const Layer&) = default;

 private:
  virtual void compute(const BatchIn& x, Activity& out, const Pass& pass) = 0;
  virtual void compute_shifted(const BatchIn& x, const Batch& shift, const Activity* first,
                               Activity& out, const Pass& pass);
  virtual void compute_back(const BatchIn& x, const BatchIn& d, Batch& g, ErrorPath& path,
                            const Pass& pass) = 0;
  /// Of one read, beside what its weights do; by default, an activation for every output.
  [[nodiscard]] virtual DigitalWork work_forward() const;
  /// Of carrying an error back, beside what its weights do.
  [[nodiscard]] virtual DigitalWork work_back() const { return {}; }
  void count(CostPhase phase, const DigitalWork& work, Index samples, const Pass& pass);

  std::string name_;
  Shape input_, output_;
  const Activation* activation_;
  Account digital_;
};

/// A layer as a scenario describes it: its kind and the values given.
struct LayerSettings {
  std::string type;
  ParameterValues values;
};

/// What every layer can be told, whatever its kind.
struct LayerPlacement {
  std::string name;   ///< empty: type and number
  std::string input;  ///< the layer whose outputs it takes; empty: the one before
};
[[nodiscard]] std::span<const Parameter<LayerPlacement>> placement_parameters();

/// A kind of layer: one object a kind, from the registry.
struct LayerKind {
  std::string_view name;
  std::string_view summary;
  std::vector<ParameterDescription> (*parameters)();
  /// Errors: Failure::usage where it cannot take inputs of context.input's shape; say
  /// shape_problem().
  std::unique_ptr<Layer> (*make)(const ParameterValues& values, const LayerContext& context);
  bool can_be_output = false;     ///< has weights, and pre-activations that a loss can be told of
  bool takes_two_inputs = false;  ///< has a key `with` that names a layer to be added to its input
  bool recurrent = false;         ///< errors pass its own weights on their way through time
  bool gated = false;             ///< its units have several pre-activations each
};
[[nodiscard]] std::span<const LayerKind* const> layer_kinds();
/// The kind of that name, or null.
[[nodiscard]] const LayerKind* find_layer_kind(std::string_view name);
/// Everything a layer of this kind can be told: of its own, and where it is placed.
[[nodiscard]] std::vector<ParameterDescription> layer_parameters(const LayerKind& kind);

/// Throws a usage error that names the layer: "network.layers[2]: pool2: <problem>".
[[noreturn]] void shape_problem(const LayerContext& context, const std::string& problem);

}  // namespace memtrain
