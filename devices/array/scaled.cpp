#include "devices/array/scaled.h"

namespace memtrain {

Scaled::Scaled(std::unique_ptr<Array> array, const MappingSettings& mapping)
    : array_(std::move(array)),
      one_factor_(mapping.scaling == "layer"),
      largest_(mapping.largest),
      factors_(Vector::Ones(array_->weights().rows())) {
  scale_weights();
}

void Scaled::forward(const BatchIn& x, Batch& y, const Pass& pass) {
  array_->forward(x, y, pass);
  y.array().rowwise() *= factors_.array();
  count(forward_phase(pass), y, pass);
}

void Scaled::transposed(const BatchIn& d, Batch& g, const Pass& pass) {
  errors_ = d.array().rowwise() * factors_.array();
  array_->transposed(errors_, g, pass);
  count(CostPhase::transposed, d, pass);
}

void Scaled::update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) {
  errors_ = d.array().rowwise() / factors_.array();
  Step held = step;
  held.worth = &factors_;
  array_->update(x, errors_, held, pass);
  count(CostPhase::update, d, pass);
  scale_weights();
}

void Scaled::program(const BatchIn& target, const Pass& pass) {
  factors_ = target.cwiseAbs().rowwise().maxCoeff().transpose() / largest_;
  if (one_factor_) factors_.setConstant(factors_.maxCoeff());
  // zeros fit any range
  factors_ = (factors_.array() > 0.0F).select(factors_, 1.0F);
  array_->program(target.array().colwise() / factors_.transpose().array(), pass);
  scale_weights();
}

void Scaled::rest(const Pass& pass) {
  array_->rest(pass);
  scale_weights();
}

ConstMatrix Scaled::weights() const {
  return {weights_.data(), weights_.rows(), weights_.cols(), Eigen::OuterStride<>(weights_.cols())};
}

void Scaled::state(Archive& archive) {
  array_->state(archive);
  archive(factors_);
  digital_.state(archive);
  if (archive.restores()) scale_weights();
}

Account Scaled::account() const {
  Account all = array_->account();
  return all += digital_;
}

void Scaled::count(CostPhase phase, const BatchIn& values, const Pass& pass) {
  if (pass.counts()) {
    digital_[phase].operations += static_cast<double>(values.size());
  }
}

void Scaled::scale_weights() {
  weights_ = array_->weights().array().colwise() * factors_.transpose().array();
}

}  // namespace memtrain
