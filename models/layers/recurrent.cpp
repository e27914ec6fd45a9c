#include "models/layers/recurrent.h"

#include <fmt/format.h>

#include <cassert>

namespace memtrain {
namespace {

/// Random numbers of reads have names for so many steps.
constexpr Index most_steps = 1 << 12;

}  // namespace

Recurrent::Recurrent(const RecurrentSettings& settings, const LayerContext& context,
                     std::string_view activation, Index gates)
    : Layer(context, {settings.returns == "all" ? context.input.rows : 1, 1, settings.units},
            activation),
      truncate_(settings.truncate),
      units_(settings.units),
      pre_activations_(gates * settings.units) {
  if (input_shape().columns != 1 || input_shape().rows < 2) {
    shape_problem(context, fmt::format("needs a sequence, steps x 1 x features, not {}",
                                       shape_text(input_shape())));
  }
  if (input_shape().rows >= most_steps) {
    shape_problem(context, fmt::format("sequences of {} steps are too long (at most {})",
                                       input_shape().rows, most_steps - 1));
  }
}

Recurrent::Recurrent(const Recurrent& other)
    : Layer(other),
      truncate_(other.truncate_),
      units_(other.units_),
      pre_activations_(other.pre_activations_) {
  for (const Weights& weights : other.weights_) weights_.push_back(weights.exact_twin());
}

void Recurrent::add_weights(const LayerContext& context, const std::string& what, Index inputs,
                            const WeightsSettings& settings) {
  weights_.emplace_back(
      WeightsContext{context.name + what,
                     static_cast<std::uint16_t>(context.weights + weights_.size()), context.seed,
                     context.array},
      units_, inputs, settings);
}

void Recurrent::add_input_weights(const LayerContext& context, const std::string& what,
                                  const WeightsSettings& settings) {
  LayerContext at_inputs = context;
  if (at_inputs.array_at_inputs != nullptr) at_inputs.array = at_inputs.array_at_inputs;
  add_weights(at_inputs, what, context.input.channels, settings);
}

const Batch& Recurrent::joined(const Moment& now) {
  joined_.resize(now.x.rows(), input_shape().channels + units_);
  joined_.leftCols(input_shape().channels) = now.x;
  joined_.rightCols(units_) = now.before;
  return joined_;
}

void Recurrent::compute(const BatchIn& x, Activity& out, const Pass& pass) {
  run(x, nullptr, nullptr, out, pass);
}

void Recurrent::compute_shifted(const BatchIn& x, const Batch& shift, const Activity* first,
                                Activity& out, const Pass& pass) {
  run(x, &shift, first, out, pass);
  count_forward(x.rows(), pass);
}

DigitalWork Recurrent::work_forward() const {
  return {.operations = static_cast<double>(steps() * pre_activations_)};
}

void Recurrent::run(const BatchIn& x, const Batch* shift, const Activity* first, Activity& out,
                    const Pass& pass) {
  const Index n = x.rows();
  out.z.resize(n, steps() * pre_activations_);
  out.states.resize(n, steps() * units_);
  out.cells.resize(n, steps() * units_);
  now_.state.setZero(n, units_);
  now_.cell.setZero(n, units_);
  for (Index t = 0; t < steps(); ++t) {
    if (t == 0 && first != nullptr) {
      recall(*first, 0, now_);
    } else {
      std::swap(now_.before, now_.state);
      std::swap(now_.cell_before, now_.cell);
      now_.x = x.middleCols(t * input_shape().channels, input_shape().channels);
      now_.cell.setZero(n, units_);
      read(now_, pass.at_step(static_cast<std::size_t>(t)));
    }
    if (shift != nullptr && (t == 0 || shift->cols() > units_)) {
      now_.state += shift->middleCols(t * units_, units_);
    }
    out.z.middleCols(t * pre_activations_, pre_activations_) = now_.z;
    out.states.middleCols(t * units_, units_) = now_.state;
    out.cells.middleCols(t * units_, units_) = now_.cell;
  }
  show_units(out);
}

void Recurrent::show_units(Activity& activity) const {
  if (output_shape().rows > 1) {
    activity.h = activity.states;
  } else {
    activity.h = activity.states.rightCols(units_);
  }
}

void Recurrent::recall(const Activity& activity, Index t, Moment& now) const {
  now.z = activity.z.middleCols(t * pre_activations_, pre_activations_);
  now.state = activity.states.middleCols(t * units_, units_);
  now.cell = activity.cells.middleCols(t * units_, units_);
  if (t == 0) {
    now.before.setZero(now.state.rows(), units_);
    now.cell_before.setZero(now.state.rows(), units_);
  } else {
    now.before = activity.states.middleCols((t - 1) * units_, units_);
    now.cell_before = activity.cells.middleCols((t - 1) * units_, units_);
  }
}

void Recurrent::local_error(const Activity& activity, Batch& error) const {
  Moment now;
  Batch at_cell, d;
  Batch deltas(error.rows(), steps() * pre_activations_);
  for (Index t = 0; t < steps(); ++t) {
    recall(activity, t, now);
    at_cell.setZero(error.rows(), units_);
    gate_errors(now, error.middleCols(t * units_, units_), at_cell, d);
    deltas.middleCols(t * pre_activations_, pre_activations_) = d;
  }
  error = std::move(deltas);
}

void Recurrent::backward(const BatchIn& x, const Activity& activity, Batch& error, Batch* at_inputs,
                         ErrorPath& path, const Pass& pass) {
  const Index n = x.rows();
  deltas_.resize(n, steps() * pre_activations_);
  if (at_inputs != nullptr) at_inputs->resize(n, input_shape().size());
  at_state_.setZero(n, units_);
  at_cell_.setZero(n, units_);
  for (Index t = steps(); t-- > 0;) {
    recall(activity, t, now_);
    if (output_shape().rows > 1) {
      at_state_ += error.middleCols(t * units_, units_);
    } else if (t + 1 == steps()) {
      at_state_ += error;
    }
    gate_errors(now_, at_state_, at_cell_, step_delta_);
    deltas_.middleCols(t * pre_activations_, pre_activations_) = step_delta_;
    const bool cut = t == 0 || (truncate_ > 0 && t % truncate_ == 0);
    if (cut && at_inputs == nullptr) {
      at_state_.setZero();
      at_cell_.setZero();
      continue;
    }
    carry_step(now_, step_delta_, at_state_, at_inputs == nullptr ? nullptr : &at_input_, path,
               pass.at_step(static_cast<std::size_t>(t)));
    if (at_inputs != nullptr) {
      at_inputs->middleCols(t * input_shape().channels, input_shape().channels) = at_input_;
    }
    if (cut) {
      at_state_.setZero();
      at_cell_.setZero();
    }
  }
  std::swap(error, deltas_);
}

void Recurrent::compute_back(const BatchIn& /*x*/, const BatchIn& /*d*/, Batch& /*g*/,
                             ErrorPath& /*path*/, const Pass& /*pass*/) {
  assert(false && "errors go back through time: backward()");
}

void Recurrent::outer_products(const BatchIn& x, const Activity& activity, const BatchIn& d,
                               OuterProducts& products) {
  const Index rows = x.rows() * steps();
  const Index features = input_shape().channels;
  joined_.resize(rows, features + units_);
  joined_.leftCols(features) = by_position(x, input_shape());
  auto before = joined_.rightCols(units_);
  const Eigen::Map<const Batch> states(activity.states.data(), rows, units_);
  before.bottomRows(rows - 1) = states.topRows(rows - 1);
  for (Index i = 0; i < x.rows(); ++i) before.row(i * steps()).setZero();
  const Eigen::Map<const Batch> deltas(d.data(), rows, pre_activations_);
  products_of(joined_, joined_.leftCols(features), before, deltas, products);
}

}  // namespace memtrain
