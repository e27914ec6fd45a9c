#include "devices/array/crossbar.h"

#include <array>

namespace memtrain {

Crossbar::Crossbar(std::unique_ptr<Crosspoints> crosspoints, const CircuitSettings& circuits,
                   std::uint64_t seed, std::uint16_t layer)
    : crosspoints_(std::move(crosspoints)),
      tiles_(split(circuits.tile, crosspoints_->weights().rows(), crosspoints_->weights().cols())),
      seen_(circuits, tiles_, *crosspoints_, seed, layer),
      write_(circuits.write),
      programming_(circuits.programming),
      layer_(layer) {
  for (std::size_t r = 0; r < seen_.readings(); ++r) {
    const auto first = static_cast<std::uint32_t>(r * tiles_.size());
    forward_.emplace_back(circuits.forward, tiles_, CircuitPlace{seed, layer, first, false});
    transposed_.emplace_back(circuits.transposed, tiles_, CircuitPlace{seed, layer, first, true});
  }
}

ConversionCount Crossbar::read(std::vector<TiledRead>& way, const BatchIn& x, Batch& y,
                               const Pass& pass) {
  const std::vector<SeenMatrix> seen = seen_.of(*crosspoints_);
  ConversionCount converted = way[0].read(seen[0].weights, x, y, pass);
  if (seen[0].factor != 1.0F) y *= seen[0].factor;
  for (std::size_t r = 1; r < seen.size(); ++r) {
    converted += way[r].read(seen[r].weights, x, part_, pass);
    y += seen[r].factor * part_;
  }
  return converted;
}

void Crossbar::forward(const BatchIn& x, Batch& y, const Pass& pass) {
  const ConversionCount converted = read(forward_, x, y, pass);
  if (pass.phase == Phase::training) count(converted, x, y, &Events::forward_reads);
}

void Crossbar::transposed(const BatchIn& d, Batch& g, const Pass& pass) {
  const ConversionCount converted = read(transposed_, d, g, pass);
  if (pass.phase == Phase::training) count(converted, d, g, &Events::transposed_reads);
}

void Crossbar::count(const ConversionCount& read, const BatchIn& x, const Batch& y,
                     double Events::*reads) {
  events_.*reads += static_cast<double>(x.rows());
  events_.macs += static_cast<double>(x.size() * y.cols());
  events_.converters += read;
}

void Crossbar::update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) {
  events_.macs += static_cast<double>(x.size() * d.cols());
  if (write_.exact()) {
    crosspoints_->update(x, d, step, pass);
  } else {
    events_.converters += write_.drive(x, d, pass.stream(Purpose::write_drive, layer_));
    crosspoints_->update(write_.inputs(), write_.errors(), step, pass);
  }
  was_written(pass);
}

void Crossbar::was_written(const Pass& pass) {
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

void Crossbar::rest(const Pass& pass) {
  crosspoints_->rest(pass);
  was_written(pass);
}

void Crossbar::state(Archive& archive) {
  crosspoints_->state(archive);
  seen_.state(archive);
  for (TiledRead& way : forward_) way.state(archive);
  for (TiledRead& way : transposed_) way.state(archive);
  write_.state(archive);
  events_.state(archive);
  if (archive.restores()) written();
}

void Crossbar::written() {
  seen_.written();
  for (TiledRead& way : forward_) way.written();
  for (TiledRead& way : transposed_) way.written();
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
