#include "models/layers/weights.h"

#include "devices/array/grouped.h"
#include "models/layers/initialiser.h"

namespace memtrain {

Weights::Weights(const WeightsContext& context, Index outputs, Index inputs,
                 const WeightsSettings& settings)
    : name_(context.name),
      id_(context.id),
      groups_(context.groups),
      array_(
          make_grouped_array(*context.array, groups_, outputs, inputs, context.seed, context.id)),
      bias_(Vector::Zero(outputs)),
      settings_(settings),
      bias_optimiser_(context.array->crosspoints.optimiser) {
  const Stream stream{
      .seed = context.seed, .purpose = Purpose::initial_weights, .layer = context.id};
  array_->program(initial_weights(settings.initialiser, outputs, inputs, stream),
                  {.seed = context.seed, .phase = Phase::preparation});
}

Weights::Weights(const Weights& other, std::unique_ptr<Array> array)
    : name_(other.name_),
      id_(other.id_),
      groups_(other.groups_),
      array_(std::move(array)),
      bias_(other.bias_),
      settings_(other.settings_),
      bias_optimiser_({}) {
  array_->program(other.array_->weights());
}

void Weights::state(Archive& archive) {
  array_->state(archive);
  archive(bias_);
  bias_optimiser_.state(archive);
  digital_.state(archive);
}

Account Weights::account() const {
  Account all = array_->account();
  return all += digital_;
}

Weights Weights::exact_twin() const {
  return {*this, make_grouped_array({.kind = "exact"}, groups_, outputs(), inputs(), 0, 0)};
}

void Weights::forward(const BatchIn& x, Batch& z, const Pass& pass) {
  array_->forward(x, z, pass);
  z.rowwise() += bias_;
  if (settings_.bias && pass.counts()) {
    digital_[forward_phase(pass)].operations += static_cast<double>(z.size());
  }
}

void Weights::transposed(const BatchIn& d, Batch& g, const Pass& pass) {
  array_->transposed(d, g, pass);
}

void Weights::update(const BatchIn& x, const BatchIn& d, Index rows_per_sample, float rate,
                     const Pass& pass) {
  const Step step{rate * settings_.learning_rate_scale, rows_per_sample};
  array_->update(x, d, step, pass);
  // errors times slopes, and their sums for the biases
  digital_[CostPhase::update].operations +=
      static_cast<double>(d.size()) * (settings_.bias ? 2.0 : 1.0);
  if (!settings_.bias) return;
  bias_gradient_ = step.gradient_factor() * d.colwise().mean();
  bias_optimiser_.step(bias_, bias_gradient_, step.rate);
}

}  // namespace memtrain
