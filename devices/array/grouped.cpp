#include "devices/array/grouped.h"

#include <cassert>

#include "devices/periphery/group_seed.h"

namespace memtrain {
namespace {

Pass in_group(Pass pass, std::size_t group) {
  pass.seed = seed_in_group(pass.seed, group);
  return pass;
}

}  // namespace

Grouped::Grouped(std::vector<std::unique_ptr<Array>> arrays)
    : arrays_(std::move(arrays)),
      outputs_(arrays_[0]->weights().rows()),
      inputs_(arrays_[0]->weights().cols()) {
  collect();
}

void Grouped::forward(const BatchIn& x, Batch& y, const Pass& pass) {
  y.resize(x.rows(), weights_.rows());
  for (std::size_t g = 0; g < arrays_.size(); ++g) {
    const auto group = static_cast<Index>(g);
    arrays_[g]->forward(x.middleCols(group * inputs_, inputs_), part_, in_group(pass, g));
    y.middleCols(group * outputs_, outputs_) = part_;
  }
}

void Grouped::transposed(const BatchIn& d, Batch& g, const Pass& pass) {
  g.resize(d.rows(), static_cast<Index>(arrays_.size()) * inputs_);
  for (std::size_t a = 0; a < arrays_.size(); ++a) {
    const auto group = static_cast<Index>(a);
    arrays_[a]->transposed(d.middleCols(group * outputs_, outputs_), part_, in_group(pass, a));
    g.middleCols(group * inputs_, inputs_) = part_;
  }
}

void Grouped::update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) {
  for (std::size_t g = 0; g < arrays_.size(); ++g) {
    const auto group = static_cast<Index>(g);
    arrays_[g]->update(x.middleCols(group * inputs_, inputs_),
                       d.middleCols(group * outputs_, outputs_), step, in_group(pass, g));
  }
  collect();
}

void Grouped::program(const BatchIn& target, const Pass& pass) {
  for (std::size_t g = 0; g < arrays_.size(); ++g) {
    arrays_[g]->program(target.middleRows(static_cast<Index>(g) * outputs_, outputs_),
                        in_group(pass, g));
  }
  collect();
}

void Grouped::rest(const Pass& pass) {
  for (std::size_t g = 0; g < arrays_.size(); ++g) arrays_[g]->rest(in_group(pass, g));
  collect();
}

void Grouped::collect() {
  weights_.resize(static_cast<Index>(arrays_.size()) * outputs_, inputs_);
  for (std::size_t g = 0; g < arrays_.size(); ++g) {
    weights_.middleRows(static_cast<Index>(g) * outputs_, outputs_) = arrays_[g]->weights();
  }
}

ConstMatrix Grouped::weights() const {
  return {weights_.data(), weights_.rows(), weights_.cols(), Eigen::OuterStride<>(weights_.cols())};
}

double Grouped::mean_of(double (Array::*quantity)() const) const {
  double sum = 0;
  for (const auto& array : arrays_) sum += (array.get()->*quantity)();
  return sum / static_cast<double>(arrays_.size());
}

double Grouped::saturated_fraction() const { return mean_of(&Array::saturated_fraction); }
double Grouped::stuck_fraction() const { return mean_of(&Array::stuck_fraction); }
double Grouped::backward_mismatch() const { return mean_of(&Array::backward_mismatch); }

Account Grouped::account() const {
  Account sum;
  for (const auto& array : arrays_) sum.add_beside(array->account());
  return sum;
}

Wear Grouped::wear() const {
  Wear sum;
  for (const auto& array : arrays_) sum += array->wear();
  return sum;
}

std::vector<ConductanceHistogram> Grouped::conductances() const {
  std::vector<ConductanceHistogram> sum;
  for (const auto& array : arrays_) add(array->conductances(), sum);
  return sum;
}

void Grouped::state(Archive& archive) {
  for (const auto& array : arrays_) array->state(archive);
  if (archive.restores()) collect();
}

std::unique_ptr<Array> make_grouped_array(const ArraySettings& settings, Index groups,
                                          Index outputs, Index inputs, std::uint64_t seed,
                                          std::uint16_t layer) {
  assert(groups >= 1 && groups <= most_groups && outputs % groups == 0);
  if (groups == 1) return make_array(settings, outputs, inputs, seed, layer);
  std::vector<std::unique_ptr<Array>> arrays;
  for (Index g = 0; g < groups; ++g) {
    arrays.push_back(make_array(settings, outputs / groups, inputs,
                                seed_in_group(seed, static_cast<std::uint64_t>(g)), layer));
  }
  return std::make_unique<Grouped>(std::move(arrays));
}

}  // namespace memtrain
