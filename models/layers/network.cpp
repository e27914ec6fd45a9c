#include "models/layers/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"

namespace memtrain {

void Network::add(std::unique_ptr<Layer> layer, Sources sources) {
  if (!layers_.empty() && !output().weights().empty()) hidden_.push_back(size() - 1);
  for (Weights& matrix : layer->weights()) weights_.push_back(&matrix);
  learning_sources_.push_back(learning(sources));
  sources_.push_back(std::move(sources));
  layers_.push_back(std::move(layer));
}

Network::Sources Network::learning(const Sources& sources) const {
  Sources found;
  for (const std::size_t source : sources) {
    if (source == network_input) continue;
    if (!layer(source).weights().empty() || !learning_sources_[source].empty()) {
      found.push_back(source);
    }
  }
  return found;
}

void Network::forward(const BatchIn& x, std::vector<Activity>& activities, const Pass& pass) {
  activities.resize(layers_.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) forward_layer(l, x, activities, pass);
}

void Network::forward_layer(std::size_t index, const BatchIn& x, std::vector<Activity>& activities,
                            const Pass& pass) {
  const auto outputs_of = [&](std::size_t source) {
    return source == network_input ? x : BatchIn(activities[source].h);
  };
  const Sources& from = sources_[index];
  if (from.size() == 1) {
    layers_[index]->forward(outputs_of(from[0]), activities[index], pass);
    return;
  }
  sum_ = outputs_of(from[0]);
  for (std::size_t s = 1; s < from.size(); ++s) sum_ += outputs_of(from[s]);
  layers_[index]->forward(sum_, activities[index], pass);
}

BatchIn Network::input_of(std::size_t index, const BatchIn& x,
                          const std::vector<Activity>& activities) const {
  const Sources& from = sources_[index];
  // where inputs are added up, the sum is the pre-activation
  if (from.size() > 1) return activities[index].z;
  return from[0] == network_input ? x : BatchIn(activities[from[0]].h);
}

void Network::output_delta(const std::vector<Activity>& activities, const BatchIn& targets,
                           Batch& delta) const {
  memtrain::output_delta(layers_.back()->activation(), activities.back().z, activities.back().h,
                         targets, delta);
  const Index positions = layers_.back()->output_shape().positions();
  if (positions > 1) delta /= static_cast<float>(positions);
}

double Network::loss_of(const Batch& outputs, const BatchIn& targets) const {
  return static_cast<double>(loss_->value(outputs, targets)) /
         static_cast<double>(layers_.back()->output_shape().positions());
}

double Network::count_correct(const Batch& outputs, const BatchIn& targets) const {
  const Shape& shape = layers_.back()->output_shape();
  const auto found = by_position(outputs, shape);
  const auto wanted = by_position(targets, shape);
  Index correct = 0;
  for (Index row = 0; row < found.rows(); ++row) {
    Index predicted = 0;
    Index right = 0;
    found.row(row).maxCoeff(&predicted);
    wanted.row(row).maxCoeff(&right);
    correct += predicted == right ? 1 : 0;
  }
  return static_cast<double>(correct) / static_cast<double>(shape.positions());
}

Account Network::account() const {
  Account sum;
  for (const auto& layer : layers_) sum += layer->account();
  return sum;
}

Index Network::values_in_flight() const {
  const auto last_taker = [&](std::size_t source) {
    std::size_t last = 0;
    for (std::size_t l = 0; l < size(); ++l) {
      if (std::count(sources_[l].begin(), sources_[l].end(), source) > 0) last = l;
    }
    return last;
  };
  Index most = 0;
  for (std::size_t l = 0; l < size(); ++l) {
    Index held = layer(l).in_place() ? 0 : layer(l).outputs();
    if (last_taker(network_input) >= l) held += layer(0).inputs();
    for (std::size_t before = 0; before < l; ++before) {
      if (last_taker(before) >= l) held += layer(before).outputs();
    }
    most = std::max(most, held);
  }
  return most;
}

Network Network::exact_twin() const {
  Network twin(*loss_);
  for (std::size_t l = 0; l < size(); ++l) twin.add(layer(l).exact_twin(), sources_[l]);
  return twin;
}

namespace {

/// Puts layers together, one after another.
class Builder {
 public:
  /// Of so many layers.
  Builder(std::size_t layers, const ArraySettings& array, const Shape& input, const Loss& loss,
          std::uint64_t seed)
      : layers_(layers),
        array_(array),
        without_errors_(array),
        input_(input),
        seed_(seed),
        network_(loss) {
    // errors are not carried back beyond the first layer: it needs nothing to carry them
    without_errors_.backward.array = "none";
  }

  void add(const LayerSettings& settings) {
    const LayerKind* kind = find_layer_kind(settings.type);
    assert(kind != nullptr && "the scenario reader lets only known kinds pass");
    const auto placement = settings_from(placement_parameters(), settings.values);
    LayerContext context;
    context.index = static_cast<std::uint16_t>(network_.size());
    context.name =
        placement.name.empty() ? settings.type + std::to_string(context.index + 1) : placement.name;
    if (context.name == "rule" || context.name == "all") {
      shape_problem(context, "its name is that of something else where costs are told");
    }
    if (find(context.name) < network_.size() || context.name.find('/') != std::string::npos) {
      shape_problem(context, "its name is not one of its own without '/'");
    }
    Network::Sources sources{placement.input.empty() ? previous()
                                                     : named(context, placement.input)};
    if (kind->takes_two_inputs) {
      const auto with = settings.values.find("with");
      assert(with != settings.values.end() && "the scenario reader asks for it");
      sources.push_back(named(context, std::get<std::string>(with->second)));
    }
    context.input = shape_of(sources[0]);
    check_equal(context, sources);
    context.weights = static_cast<std::uint16_t>(network_.weight_count());
    context.seed = seed_;
    context.array_at_inputs =
        network_.learning(sources).empty() || !carries(context.index) ? &without_errors_ : &array_;
    context.array = kind->recurrent && carries(context.index) ? &array_ : context.array_at_inputs;
    network_.add(kind->make(settings.values, context), std::move(sources));
    if (network_.weight_count() > most_weights) {
      shape_problem(context, fmt::format("there are more than {} weight matrices", most_weights));
    }
  }

  [[nodiscard]] Network finish() && {
    assert(network_.size() > 0);
    return std::move(network_);
  }

 private:
  /// Whether the rule carries errors back through a layer, as far as there is anybody to take them.
  [[nodiscard]] bool carries(std::size_t layer) const {
    return !array_.backward.of_output_only || layer + 1 == layers_;
  }
  [[nodiscard]] std::size_t previous() const {
    return network_.size() == 0 ? Network::network_input : network_.size() - 1;
  }
  /// The layer of that name, or as many as there are.
  [[nodiscard]] std::size_t find(std::string_view name) const {
    std::size_t l = 0;
    while (l < network_.size() && network_.layer(l).name() != name) ++l;
    return l;
  }
  [[nodiscard]] std::size_t named(const LayerContext& context, const std::string& name) const {
    const std::size_t found = find(name);
    if (found < network_.size()) return found;
    std::vector<std::string_view> names;
    for (std::size_t l = 0; l < network_.size(); ++l) names.push_back(network_.layer(l).name());
    const std::string near = nearest_name(name, names);
    shape_problem(context, fmt::format("no layer before it is named '{}'{}", name,
                                       near.empty() ? "" : ", did you mean '" + near + "'?"));
  }
  [[nodiscard]] const Shape& shape_of(std::size_t source) const {
    return source == Network::network_input ? input_ : network_.layer(source).output_shape();
  }
  void check_equal(const LayerContext& context, const Network::Sources& sources) const {
    for (const std::size_t source : sources) {
      if (shape_of(source) == context.input) continue;
      shape_problem(context,
                    fmt::format("cannot add {} (outputs of {}) to {}", shape_text(shape_of(source)),
                                network_.layer(source).name(), shape_text(context.input)));
    }
  }

  std::size_t layers_;
  const ArraySettings& array_;
  ArraySettings without_errors_;
  Shape input_;
  std::uint64_t seed_;
  Network network_;
};

}  // namespace

Network make_network(const std::vector<LayerSettings>& layers, const Loss& loss,
                     const ArraySettings& array, const Shape& input, std::uint64_t seed) {
  Builder builder(layers.size(), array, input, loss, seed);
  for (const LayerSettings& settings : layers) builder.add(settings);
  return std::move(builder).finish();
}

}  // namespace memtrain
