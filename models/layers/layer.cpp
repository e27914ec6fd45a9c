#include "models/layers/layer.h"

#include <fmt/format.h>

#include <array>

#include "sim/base/error.h"

namespace memtrain {

std::string shape_text(const Shape& shape) {
  if (shape.positions() == 1) return fmt::format("{}", shape.channels);
  return fmt::format("{} x {} x {}", shape.rows, shape.columns, shape.channels);
}

void Layer::local_error(const Activity& activity, Batch& error) const {
  activation().multiply_slope(activity.z, activity.h, error);
}

void Layer::forward(const BatchIn& x, Activity& out, const Pass& pass) {
  compute(x, out, pass);
  count_forward(x.rows(), pass);
}

void Layer::forward_shifted(const BatchIn& x, const Batch& shift, const Activity* first,
                            Activity& out, const Pass& pass) {
  compute_shifted(x, shift, first, out, pass);
  count(forward_phase(pass), {.operations = static_cast<double>(shift.cols())}, x.rows(), pass);
}

void Layer::carry_back(const BatchIn& x, const BatchIn& d, Batch& g, ErrorPath& path,
                       const Pass& pass) {
  compute_back(x, d, g, path, pass);
  count(CostPhase::transposed, work_back(), x.rows(), pass);
}

DigitalWork Layer::work_forward() const {
  const bool none = &activation() == &find_activation("linear");
  return {.operations = none ? 0.0 : static_cast<double>(outputs())};
}

void Layer::count_forward(Index samples, const Pass& pass) {
  count(forward_phase(pass), work_forward(), samples, pass);
}

void Layer::count(CostPhase phase, const DigitalWork& work, Index samples, const Pass& pass) {
  if (!pass.counts()) return;
  const auto n = static_cast<double>(samples);
  digital_[phase].macs += n * work.macs;
  digital_[phase].digital_macs += n * work.macs;
  digital_[phase].operations += n * work.operations;
}

Account Layer::account() const {
  Account sum;
  for (const Weights& each : weights()) sum.add_beside(each.account());
  return sum += digital_;
}

void Layer::state(Archive& archive) {
  for (Weights& each : weights()) each.state(archive);
  digital_.state(archive);
}

void Layer::compute_shifted(const BatchIn& x, const Batch& shift, const Activity* first,
                            Activity& out, const Pass& pass) {
  if (first != nullptr) {
    out.h = first->h + shift;
  } else {
    forward(x, out, pass);
    out.h += shift;
  }
}

void Layer::backward(const BatchIn& x, const Activity& activity, Batch& error, Batch* at_inputs,
                     ErrorPath& path, const Pass& pass) {
  local_error(activity, error);
  if (at_inputs != nullptr) carry_back(x, error, *at_inputs, path, pass);
}

std::span<const Parameter<LayerPlacement>> placement_parameters() {
  using S = LayerPlacement;
  static constexpr std::array<Parameter<S>, 2> rows{{
      {{.name = "name", .unit = "1", .help = "name in the result file; empty: type and number"},
       member<&S::name>},
      {{.name = "input",
        .unit = "1",
        .help = "name of the layer whose outputs it takes; empty: the one before"},
       member<&S::input>},
  }};
  return rows;
}

const LayerKind* find_layer_kind(std::string_view name) {
  for (const LayerKind* kind : layer_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

std::vector<ParameterDescription> layer_parameters(const LayerKind& kind) {
  std::vector<ParameterDescription> rows = kind.parameters();
  const auto placement = describe(placement_parameters());
  rows.insert(rows.end(), placement.begin(), placement.end());
  return rows;
}

void shape_problem(const LayerContext& context, const std::string& problem) {
  throw Error(Failure::usage,
              fmt::format("network.layers[{}]: {}: {}", context.index + 1, context.name, problem));
}

}  // namespace memtrain
