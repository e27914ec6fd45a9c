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
      layer_(layer),
      meter_(circuits, tiles_, *crosspoints_),
      digital_(circuits.digital),
      has_dac_(circuits.forward.dac.on()),
      has_adc_(circuits.forward.adc.on()) {
  for (std::size_t r = 0; r < seen_.readings(); ++r) {
    const auto first = static_cast<std::uint32_t>(r * tiles_.size());
    forward_.emplace_back(circuits.forward, tiles_, CircuitPlace{seed, layer, first, false});
    transposed_.emplace_back(circuits.transposed, tiles_, CircuitPlace{seed, layer, first, true});
  }
}

void Crossbar::read(bool transposed, const BatchIn& x, Batch& y, const Pass& pass) {
  std::vector<TiledRead>& way = transposed ? transposed_ : forward_;
  const bool counts = pass.counts();
  const auto lines = [&](std::size_t reading) {
    return counts ? meter_.lines(reading, transposed) : std::span<LineDrive>();
  };
  const std::vector<SeenMatrix> seen = seen_.of(*crosspoints_);
  ConversionCount converted = way[0].read(seen[0].weights, x, y, pass, lines(0));
  if (seen[0].factor != 1.0F) y *= seen[0].factor;
  for (std::size_t r = 1; r < seen.size(); ++r) {
    converted += way[r].read(seen[r].weights, x, part_, pass, lines(r));
    y += seen[r].factor * part_;
  }
  if (!counts) return;
  Events& events = account_[transposed ? CostPhase::transposed : forward_phase(pass)];
  const auto vectors = static_cast<double>(x.rows());
  const double macs = vectors * static_cast<double>(x.cols() * y.cols());
  (transposed ? events.transposed_reads : events.forward_reads) += vectors;
  events.macs += macs;
  events.converters += converted;
  if (digital_) {
    events.digital_macs += macs;
    return;
  }
  events.operations += sums_per_read(transposed) * vectors;
  add(meter_.read(*crosspoints_, transposed, vectors, converted), events);
}

double Crossbar::sums_per_read(bool transposed) const {
  // every output is the sum of what its tiles and its readings give
  double parts = 0;
  for (const Tile& tile : tiles_) {
    parts += static_cast<double>(transposed ? tile.inputs : tile.outputs);
  }
  const ConstMatrix weights = crosspoints_->weights();
  return parts * static_cast<double>(seen_.readings()) -
         static_cast<double>(transposed ? weights.cols() : weights.rows());
}

void Crossbar::forward(const BatchIn& x, Batch& y, const Pass& pass) { read(false, x, y, pass); }

void Crossbar::transposed(const BatchIn& d, Batch& g, const Pass& pass) { read(true, d, g, pass); }

void Crossbar::update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) {
  Events& events = account_[CostPhase::update];
  const Index inputs = step.one_hot ? 1 : x.cols();
  const auto macs = static_cast<double>(x.rows() * inputs * d.cols());
  events.macs += macs;
  if (crosspoints_->digital_products()) events.digital_macs += macs;
  before_write();
  if (write_.exact()) {
    crosspoints_->update(x, d, step, pass);
    was_written(pass);
  } else {
    const ConversionCount driven =
        write_.drive(x, d, pass, pass.stream(Purpose::write_drive, layer_));
    crosspoints_->update(write_.inputs(), write_.errors(), step, pass);
    was_written(pass, driven);
  }
}

void Crossbar::before_write() {
  if (!digital_) meter_.before_write(*crosspoints_);
}

void Crossbar::was_written(const Pass& pass, const ConversionCount& driven) {
  count_write(driven);
  written();
  seen_.pass_time(pass);
}

void Crossbar::count_write(const ConversionCount& driven) {
  Events& events = account_[CostPhase::update];
  const double rounds = crosspoints_->verify_rounds() - rounds_counted_;
  const ConversionCount verified = verifying(rounds);
  events.forward_reads += rounds * static_cast<double>(crosspoints_->weights().cols());
  events.converters += driven;
  events.converters += verified;
  events.write_pulses += crosspoints_->pulses() - pulses_counted_;
  counted();
  if (!digital_) add(meter_.write(*crosspoints_, driven, {rounds, verified}), events);
}

ConversionCount Crossbar::verifying(double rounds) const {
  ConversionCount count;
  for (const Tile& tile : tiles_) {
    // a vector for each of its inputs, of which its converters make all elements, zeros too
    const double vectors =
        rounds * static_cast<double>(tile.inputs) * static_cast<double>(seen_.readings());
    if (has_dac_) count.dac_conversions += vectors * static_cast<double>(tile.inputs);
    if (has_adc_) count.adc_conversions += vectors * static_cast<double>(tile.outputs);
  }
  return count;
}

void Crossbar::counted() {
  pulses_counted_ = crosspoints_->pulses();
  rounds_counted_ = crosspoints_->verify_rounds();
}

void Crossbar::add(const Work& work, Events& events) {
  events.energy.add(work.energy, 1.0);
  events.seconds += work.seconds;
}

void Crossbar::program(const BatchIn& target, const Pass& pass) {
  Batch aim = target, noise;
  const float error = programming_.error * target.cwiseAbs().maxCoeff();
  add_noise(aim, error, {pass.stream(Purpose::programming, layer_)}, noise);
  if (programming_.method == "write_verify") {
    before_write();
    crosspoints_->write(aim, pass);
    if (pass.counts()) count_write({});
    counted();
  } else {
    crosspoints_->program(aim);
  }
  meter_.written();
  written();
}

void Crossbar::rest(const Pass& pass) {
  if (crosspoints_->has_upkeep()) before_write();
  crosspoints_->rest(pass);
  const bool written_to =
      crosspoints_->pulses() > pulses_counted_ || crosspoints_->verify_rounds() > rounds_counted_;
  if (written_to) count_write({});
  meter_.written();
  written();
  seen_.pass_time(pass);
}

void Crossbar::state(Archive& archive) {
  crosspoints_->state(archive);
  seen_.state(archive);
  for (TiledRead& way : forward_) way.state(archive);
  for (TiledRead& way : transposed_) way.state(archive);
  write_.state(archive);
  account_.state(archive);
  archive(pulses_counted_);
  archive(rounds_counted_);
  if (!archive.restores()) return;
  written();
  meter_.written();
}

void Crossbar::written() {
  seen_.written();
  for (TiledRead& way : forward_) way.written();
  for (TiledRead& way : transposed_) way.written();
}

ConstMatrix Crossbar::weights() const { return seen_.ideal(*crosspoints_); }
double Crossbar::saturated_fraction() const { return crosspoints_->saturated_fraction(); }
double Crossbar::stuck_fraction() const { return crosspoints_->stuck_fraction(); }
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
      CircuitSettings{.digital = true}, seed, layer);
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
