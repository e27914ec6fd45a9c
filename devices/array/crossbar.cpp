#include "devices/array/crossbar.h"

#include <array>

namespace memtrain {

Crossbar::Crossbar(std::unique_ptr<Crosspoints> crosspoints, const ReadSettings& forward,
                   const ReadSettings& transposed, std::uint16_t layer)
    : crosspoints_(std::move(crosspoints)),
      forward_(forward),
      transposed_(transposed),
      layer_(layer) {}

void Crossbar::forward(const BatchIn& x, Batch& y, const Pass& pass) {
  forward_.read(
      x,
      [this](const BatchIn& in, Batch& out) {
        out.noalias() = in * crosspoints_->weights().transpose();
      },
      y, pass.stream(Purpose::forward_noise, layer_));
  if (pass.phase != Phase::training) return;
  events_.forward_reads += static_cast<double>(x.rows());
  events_.macs += static_cast<double>(x.size() * y.cols());
}

void Crossbar::transposed(const BatchIn& d, Batch& g, const Pass& pass) {
  transposed_.read(
      d, [this](const BatchIn& in, Batch& out) { out.noalias() = in * crosspoints_->weights(); }, g,
      pass.stream(Purpose::transposed_noise, layer_));
  if (pass.phase != Phase::training) return;
  events_.transposed_reads += static_cast<double>(d.rows());
  events_.macs += static_cast<double>(d.size() * g.cols());
}

void Crossbar::update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) {
  crosspoints_->update(x, d, rate, pass);
  events_.macs += static_cast<double>(x.size() * d.cols());
}

void Crossbar::program(const BatchIn& target) { crosspoints_->program(target); }
ConstMatrix Crossbar::weights() const { return crosspoints_->weights(); }
double Crossbar::saturated_fraction() const { return crosspoints_->saturated_fraction(); }
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
      settings.forward, settings.transposed, layer);
}

/// An exact array is a crossbar without flaws: ideal devices, no converters, no noise.
std::unique_ptr<Array> make_exact(const ArraySettings& settings, Index outputs, Index inputs,
                                  std::uint64_t /*seed*/, std::uint16_t layer) {
  return std::make_unique<Crossbar>(
      std::make_unique<DigitalWeights>(outputs, inputs, IdealParameters{},
                                       settings.crosspoints.optimiser),
      ReadSettings{}, ReadSettings{}, layer);
}

constexpr std::array<std::string_view, 5> all_modes{"stochastic", "deterministic", "mean",
                                                    "write_verify", "float"};

}  // namespace

extern const ArrayKind crossbar_array{"crossbar", "devices at crosspoints, read through converters",
                                      all_modes, make_crossbar};
extern const ArrayKind exact_array{
    "exact",
    "floating-point weights, exact arithmetic; ignores device and periphery",
    {},
    make_exact};

}  // namespace memtrain
