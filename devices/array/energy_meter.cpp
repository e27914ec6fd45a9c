#include "devices/array/energy_meter.h"

#include <algorithm>
#include <cmath>

#include "sim/base/unknown.h"

namespace memtrain {
namespace {

/// Levels that a conversion tells apart; 0: there is no converter.
double levels(const ConverterSettings& converter) {
  if (converter.bits > 0) return std::exp2(static_cast<double>(converter.bits));
  return converter.on() ? 1.0 / static_cast<double>(converter.resolution) : 0.0;
}

double square(float value) { return static_cast<double>(value) * static_cast<double>(value); }

double energy_of(const EnergySettings& energy, const ConversionCount& count,
                 const ConverterSettings& dac, const ConverterSettings& adc) {
  return count.dac_conversions * static_cast<double>(energy.dac_energy) * levels(dac) +
         count.adc_conversions * static_cast<double>(energy.adc_energy) * levels(adc);
}

}  // namespace

EnergyMeter::EnergyMeter(const CircuitSettings& circuits, const std::vector<Tile>& tiles,
                         const Crosspoints& crosspoints)
    : circuits_(circuits),
      tiles_(tiles),
      outputs_(crosspoints.weights().rows()),
      inputs_(crosspoints.weights().cols()) {
  const std::vector<DevicePlane> planes = crosspoints.planes();
  planes_ = planes.size();
  readings_ = circuits.mapping.devices == "separate" ? planes_ : 1;
  const EnergySettings& energy = circuits_.energy;
  float balance = 0;
  bool conductances = true;
  for (const DevicePlane& plane : planes) {
    conductances = conductances && plane.range.g_max > plane.range.g_min;
    balance += plane.factor;
  }
  knows_reads_ = conductances && energy.unknown_of_reads().empty();
  knows_writes_ =
      conductances && crosspoints.line_work() != nullptr && energy.unknown_of_pulses().empty();
  // planes that cancel, read together, need no conductance of weight 0 taken off
  const bool balanced = readings_ == 1 && std::abs(balance) < 1e-6F;
  offsets_.assign(readings_, 0.0);
  if (conductances && circuits.mapping.offset == "column" && !balanced) {
    for (std::size_t p = 0; p < planes_; ++p) {
      const auto zero = static_cast<double>(planes[p].range.zero());
      offsets_[readings_ > 1 ? p : 0] += std::max(zero, 0.0);
    }
  }
  if (!knows_reads_) return;
  const LineDrive inputs(energy, circuits.forward.dac.bits);
  drive_.assign(readings_, std::vector<LineDrive>(tiles_.size(), inputs));
}

std::span<LineDrive> EnergyMeter::lines(std::size_t reading, bool transposed) {
  if (!knows_reads_) return {};
  const ConverterSettings& dac = (transposed ? circuits_.transposed : circuits_.forward).dac;
  for (LineDrive& tile : drive_[reading]) tile = LineDrive(circuits_.energy, dac.bits);
  return drive_[reading];
}

void EnergyMeter::look(const ConductanceRange& range, const ConstMatrix& weights, Lines& lines) {
  // one pass through memory, however large the array: this is done after every update
  conductances_.resize(weights.cols());
  sums_.setZero(weights.cols());
  lines.outputs.resize(weights.rows());
  for (Index i = 0; i < weights.rows(); ++i) {
    conductances_ = range.of(weights.row(i));
    sums_ += conductances_;
    lines.outputs[i] = static_cast<double>(conductances_.sum());
  }
  lines.inputs = sums_.transpose().cast<double>();
}

void EnergyMeter::look(const Crosspoints& crosspoints) {
  if (known_) return;
  lines_.resize(planes_);
  const std::vector<DevicePlane> planes = crosspoints.planes();
  for (std::size_t p = 0; p < planes_; ++p) {
    lines_[p].resize(tiles_.size());
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      look(planes[p].range, tiles_[t].of(planes[p].weights), lines_[p][t]);
    }
  }
  known_ = true;
}

EnergyMeter::Lines EnergyMeter::whole_lines() const {
  Lines whole{Eigen::ArrayXd::Zero(inputs_), Eigen::ArrayXd::Zero(outputs_)};
  for (const std::vector<Lines>& plane : lines_) {
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      const Tile& tile = tiles_[t];
      whole.inputs.segment(tile.first_input, tile.inputs) += plane[t].inputs;
      whole.outputs.segment(tile.first_output, tile.outputs) += plane[t].outputs;
    }
  }
  return whole;
}

int EnergyMeter::pulses_of_full_scale(bool transposed) const {
  const ReadSettings& read = transposed ? circuits_.transposed : circuits_.forward;
  // the magnitude's bits, all of them ones; the sign is the polarity of their pulses
  return circuits_.energy.encoding == "bit_serial" ? read.dac.bits - 1 : 1;
}

double EnergyMeter::read_seconds(bool transposed, double vectors) const {
  const EnergySettings& energy = circuits_.energy;
  const ReadSettings& read = transposed ? circuits_.transposed : circuits_.forward;
  double seconds = static_cast<double>(energy.t_read) * pulses_of_full_scale(transposed);
  if (read.adc.on()) {
    Index outputs = 0;  // of the largest tile; all tiles work at once
    for (const Tile& tile : tiles_) {
      outputs = std::max(outputs, transposed ? tile.inputs : tile.outputs);
    }
    const Index turns = std::min<Index>(energy.outputs_per_adc, outputs);
    seconds += static_cast<double>(turns) * static_cast<double>(energy.adc_time);
  }
  return vectors * seconds;
}

Work EnergyMeter::read(const Crosspoints& crosspoints, bool transposed, double vectors,
                       const ConversionCount& conversions) {
  Work work;
  const ReadSettings& circuits = transposed ? circuits_.transposed : circuits_.forward;
  const EnergySettings& energy = circuits_.energy;
  work.energy.converters = energy_of(energy, conversions, circuits.dac, circuits.adc);
  if (!knows_reads_) {
    work.energy.device_reads = work.energy.wires = unknown;
    // nobody has seen which vectors were read again
    const bool again = circuits.adc.on() && circuits.bound_management == "iterative";
    work.seconds = again ? unknown : read_seconds(transposed, vectors);
    return work;
  }
  look(crosspoints);
  const double joules = square(energy.v_read) * static_cast<double>(energy.t_read);
  double attempts = 0;
  for (std::size_t r = 0; r < readings_; ++r) {
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      const LineDrive& drive = drive_[r][t];
      const Tile& tile = tiles_[t];
      attempts = std::max(attempts, drive.vectors());
      double met = 0;  // drive × conductance
      for (std::size_t p = 0; p < planes_; ++p) {
        if (readings_ > 1 && p != r) continue;
        const Lines& lines = lines_[p][t];
        met += (drive.work() * (transposed ? lines.outputs : lines.inputs)).sum();
      }
      if (!transposed) met += drive.work().sum() * offsets_[r];
      work.energy.device_reads += joules * met;
      const Index passed = transposed ? tile.inputs : tile.outputs;
      work.energy.wires += drive.charges() * energy.line_capacitance(passed * lines_in_parallel()) *
                           square(energy.v_read);
    }
  }
  work.seconds = read_seconds(transposed, attempts);
  return work;
}

void EnergyMeter::before_write(const Crosspoints& crosspoints) {
  if (!knows_writes_) return;
  look(crosspoints);
  before_ = whole_lines();
  pulsed_before_ = crosspoints.pulsed_conductance();
}

double EnergyMeter::write_seconds(const LineWork& work) const {
  const auto up = static_cast<double>(circuits_.energy.t_up);
  const auto down = static_cast<double>(circuits_.energy.t_down);
  const Eigen::ArrayXd turns = work.turns_up * up + work.turns_down * down;
  double longest = 0;  // tiles are written at once
  for (const Tile& tile : tiles_) {
    longest = std::max(longest, turns.segment(tile.first_output, tile.outputs).sum());
  }
  return work.slots * (up + down) + longest;
}

Work EnergyMeter::write(const Crosspoints& crosspoints, const ConversionCount& driven,
                        const Verification& verification) {
  Work work;
  const EnergySettings& energy = circuits_.energy;
  const LineWork* lines = crosspoints.line_work();
  work.energy.converters =
      energy_of(energy, driven, circuits_.write.dac, {}) +
      energy_of(energy, verification.conversions, circuits_.forward.dac, circuits_.forward.adc);
  work.seconds = lines == nullptr ? unknown : write_seconds(*lines);
  known_ = false;
  if (knows_writes_) {
    look(crosspoints);
    add_pulses(crosspoints, *lines, work.energy);
  } else {
    work.energy.device_writes = work.energy.half_select = work.energy.wires = unknown;
  }
  if (verification.rounds > 0) add_verification(crosspoints, verification.rounds, work);
  return work;
}

void EnergyMeter::add_pulses(const Crosspoints& crosspoints, const LineWork& lines,
                             EnergyParts& parts) const {
  const EnergySettings& energy = circuits_.energy;
  const PulsedConductance all = crosspoints.pulsed_conductance();
  const double up = all.up - pulsed_before_.up, down = all.down - pulsed_before_.down;
  parts.device_writes += energy.up() * up + energy.down() * down;
  const Lines after = whole_lines();
  const double at_lines = (lines.outputs * (before_.outputs + after.outputs)).sum() / 2 +
                          (lines.inputs * (before_.inputs + after.inputs)).sum() / 2;
  // a device that gets a pulse of its own is on two lines that have one
  const double half = (energy.up() + energy.down()) / 2 / 4;
  parts.half_select +=
      half * std::max(crosspoints.pulsed_share() * at_lines - 2 * (up + down), 0.0);
  const double charge = (square(energy.v_up) + square(energy.v_down)) / 2;
  const auto planes = static_cast<double>(planes_);
  for (const Tile& tile : tiles_) {
    const double outputs = lines.outputs.segment(tile.first_output, tile.outputs).sum();
    const double inputs = lines.inputs.segment(tile.first_input, tile.inputs).sum();
    // every device of a cell has a bit line of its own, and the word line passes all of them
    parts.wires += charge * planes *
                   (outputs * crosspoints.pulsed_share() * energy.line_capacitance(tile.inputs) +
                    inputs * energy.line_capacitance(tile.outputs));
  }
}

void EnergyMeter::add_verification(const Crosspoints& crosspoints, double rounds, Work& work) {
  const EnergySettings& energy = circuits_.energy;
  work.seconds += read_seconds(false, rounds * static_cast<double>(inputs_));
  if (!knows_reads_) {
    work.energy.device_reads = work.energy.wires = unknown;
    return;
  }
  look(crosspoints);
  const double pulses = rounds * pulses_of_full_scale(false);
  double offsets = 0;  // on the line of an input, all readings together
  for (const double offset : offsets_) offsets += offset;
  double met = whole_lines().inputs.sum();
  for (const Tile& tile : tiles_) {
    met += static_cast<double>(tile.inputs) * offsets;
    work.energy.wires += pulses * static_cast<double>(tile.inputs * static_cast<Index>(planes_)) *
                         energy.line_capacitance(tile.outputs) * square(energy.v_read);
  }
  work.energy.device_reads +=
      pulses * square(energy.v_read) * static_cast<double>(energy.t_read) * met;
}

}  // namespace memtrain
