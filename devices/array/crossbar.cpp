#include "devices/array/crossbar.h"

#include <array>

namespace memtrain {

Crossbar::Crossbar(std::unique_ptr<Crosspoints> crosspoints, const CircuitSettings& circuits,
                   std::uint64_t seed, std::uint16_t layer)
    : crosspoints_(std::move(crosspoints)),
      tiles_(split(circuits.tile, crosspoints_->weights().rows(), crosspoints_->weights().cols())),
      seen_(circuits, tiles_, *crosspoints_, seed, layer),
      forward_(circuits.forward, tiles_, {seed, layer, 0, false}),
      transposed_(circuits.transposed, tiles_, {seed, layer, 0, true}),
      write_(circuits.write),
      programming_(circuits.programming),
      layer_(layer) {}

void Crossbar::forward(const BatchIn& x, Batch& y, const Pass& pass) {
  const ReadCount read = forward_.read(seen_.of(*crosspoints_), x, y, pass);
  if (pass.phase == Phase::training) count(read, x, y, &Events::forward_reads);
}

void Crossbar::transposed(const BatchIn& d, Batch& g, const Pass& pass) {
  const ReadCount read = transposed_.read(seen_.of(*crosspoints_), d, g, pass);
  if (pass.phase == Phase::training) count(read, d, g, &Events::transposed_reads);
}

void Crossbar::count(const ReadCount& read, const BatchIn& x, const Batch& y,
                     double Events::*reads) {
  events_.*reads += static_cast<double>(x.rows());
  events_.macs += static_cast<double>(x.size() * y.cols());
  events_.converters += read;
}

void Crossbar::update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) {
  events_.macs += static_cast<double>(x.size() * d.cols());
  if (write_.exact()) {
    crosspoints_->update(x, d, rate, pass);
  } else {
    events_.converters.dac_conversions += static_cast<double>(x.size() + d.size());
    events_.converters.dac_saturations +=
        write_.drive(x, d, pass.stream(Purpose::write_drive, layer_));
    crosspoints_->update(write_.inputs(), write_.errors(), rate, pass);
  }
  written();
  seen_.pass_time(pass);
}

void Crossbar::program(const BatchIn& target, const Pass& pass) {
  Batch aim = target, noise;
  const float error = programming_.error * target.cwiseAbs().maxCoeff();
  add_noise(aim, error, {pass.stream(Purpose::programming, layer_)}, noise);
  if (programming_.method == "write_verify") {
    crosspoints_->write(aim, pass);
  } else {
    crosspoints_->program(aim);
  }
  written();
}

void Crossbar::written() {
  seen_.written();
  forward_.written();
  transposed_.written();
}

ConstMatrix Crossbar::weights() const { return seen_.ideal(*crosspoints_); }
double Crossbar::saturated_fraction() const { return crosspoints_->saturated_fraction(); }
double Crossbar::stuck_fraction() const { return crosspoints_->stuck_fraction(); }
Events Crossbar::events() const {
  Events events = events_;
  events.write_pulses = crosspoints_->pulses();
  events.max_writes_per_device = crosspoints_->most_pulses();
  return events;
}

namespace {

std::unique_ptr<Array> make_crossbar(const ArraySettings& settings, Index outputs, Index inputs,
                                     std::uint64_t seed, std::uint16_t layer) {
  return std::make_unique<Crossbar>(
      make_crosspoints(*settings.device, outputs, inputs, settings.crosspoints, seed, layer),
      settings.circuits, seed, layer);
}

/// An exact array is a crossbar without flaws: ideal devices, no converters, no noise.
std::unique_ptr<Array> make_exact(const ArraySettings& settings, Index outputs, Index inputs,
                                  std::uint64_t seed, std::uint16_t layer) {
  return std::make_unique<Crossbar>(
      std::make_unique<DigitalWeights>(outputs, inputs, IdealParameters{},
                                       settings.crosspoints.optimiser),
      CircuitSettings{}, seed, layer);
}

constexpr std::array<std::string_view, 5> all_modes{"stochastic", "deterministic", "mean",
                                                    "write_verify", "float"};

}  // namespace

extern const ArrayKind crossbar_array{"crossbar", "devices at crosspoints, read through converters",
                                      all_modes, true, make_crossbar};
extern const ArrayKind exact_array{
    "exact",
    "floating-point weights, exact arithmetic; ignores device and periphery",
    {},
    false,
    make_exact};

}  // namespace memtrain
