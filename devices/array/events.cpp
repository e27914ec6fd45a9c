#include "devices/array/events.h"

#include <algorithm>
#include <bit>

#include "sim/base/unknown.h"

namespace memtrain {
namespace {

constexpr std::array<double EnergyParts::*, 5> energies{
    &EnergyParts::device_reads, &EnergyParts::device_writes, &EnergyParts::half_select,
    &EnergyParts::wires, &EnergyParts::converters};
constexpr std::array<double Events::*, 8> counts{&Events::macs,
                                                 &Events::digital_macs,
                                                 &Events::operations,
                                                 &Events::forward_reads,
                                                 &Events::transposed_reads,
                                                 &Events::write_pulses,
                                                 &Events::programmed_weights,
                                                 &Events::seconds};

}  // namespace

EnergyParts& EnergyParts::add(const EnergyParts& other, double factor) {
  for (const auto part : energies) this->*part += factor * other.*part;
  return *this;
}

void EnergyParts::state(Archive& archive) {
  for (const auto part : energies) archive(this->*part);
}

Events& Events::add(const Events& other, double factor) {
  for (const auto count : counts) this->*count += factor * other.*count;
  converters.add(other.converters, factor);
  energy.add(other.energy, factor);
  return *this;
}

void Events::state(Archive& archive) {
  for (const auto count : counts) archive(this->*count);
  converters.state(archive);
  energy.state(archive);
}

Events Account::total() const {
  Events sum;
  for (const Events& phase : phases_) sum += phase;
  return sum;
}

Account& Account::add(const Account& other, double factor) {
  for (std::size_t p = 0; p < phases_.size(); ++p) phases_[p].add(other.phases_[p], factor);
  return *this;
}

void Account::add_beside(const Account& other) {
  for (std::size_t p = 0; p < phases_.size(); ++p) {
    const double before = phases_[p].seconds, beside = other.phases_[p].seconds;
    phases_[p] += other.phases_[p];
    phases_[p].seconds = larger_known(before, beside);
  }
}

void Account::state(Archive& archive) {
  for (Events& phase : phases_) phase.state(archive);
}

Account as_projection(const Account& account) {
  Account own;
  own[CostPhase::update] = account[CostPhase::update];
  for (const CostPhase read :
       {CostPhase::first_forward, CostPhase::second_forward, CostPhase::transposed}) {
    own[CostPhase::projection] += account[read];
  }
  return own;
}

void Wear::add(double device_pulses) {
  devices += 1;
  most = std::max(most, device_pulses);
  pulses += device_pulses;
  const auto bin =
      static_cast<std::size_t>(std::bit_width(static_cast<std::uint32_t>(device_pulses)));
  if (bin >= histogram.size()) histogram.resize(bin + 1, 0.0);
  histogram[bin] += 1;
}

Wear& Wear::operator+=(const Wear& other) {
  devices += other.devices;
  most = std::max(most, other.most);
  pulses += other.pulses;
  if (other.histogram.size() > histogram.size()) histogram.resize(other.histogram.size(), 0.0);
  for (std::size_t bin = 0; bin < other.histogram.size(); ++bin) {
    histogram[bin] += other.histogram[bin];
  }
  return *this;
}

}  // namespace memtrain
