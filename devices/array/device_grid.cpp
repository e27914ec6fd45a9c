#include "devices/array/device_grid.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>
#include <new>

namespace memtrain {
namespace {

Index padded(Index columns) {
  const auto lanes = static_cast<Index>(virtual_lanes);
  return (columns + lanes - 1) / lanes * lanes;
}

template <class T>
hwy::AlignedFreeUniquePtr<T[]> make_column(Index size) {
  auto column = hwy::AllocateAligned<T>(static_cast<std::size_t>(size));
  if (!column) throw std::bad_alloc();
  std::fill_n(column.get(), size, T{});
  return column;
}

}  // namespace

DeviceGrid::DeviceGrid(Index outputs, Index inputs, DeviceRecipe recipe, const GridPlace& place)
    : outputs_(outputs),
      inputs_(inputs),
      stride_(padded(inputs)),
      recipe_(std::move(recipe)),
      layer_(place.layer),
      device_(place.device),
      weights_(make_column<float>(outputs * stride_)),
      relaxation_(recipe_.parameters, outputs, inputs, stride_, place.seed, place.layer,
                  place.device) {
  assert(place.device < 64);
  for (std::size_t c = 0; c < recipe_.columns; ++c) {
    columns_.push_back(make_column<float>(outputs * stride_));
    column_pointers_.push_back(columns_.back().get());
  }
  if (recipe_.parameters.write_noise_std > 0.0F) apparent_ = make_column<float>(outputs * stride_);
  if (recipe_.count_pulses || recipe_.endurance.writes > 0.0F) {
    pulses_ = make_column<std::uint32_t>(outputs * stride_);
    if (recipe_.fractions) pulse_parts_ = make_column<float>(outputs * stride_);
  }
  draw_devices(place.seed);
  if (recipe_.parameters.stuck_fraction > 0.0F) stick(place.seed);
  for (const StuckDevice& stuck :
       draw_stuck_devices(recipe_.faults, outputs, inputs, {place.seed, layer_, device_})) {
    const Index at = stuck.output * stride_ + stuck.input;
    const float low = column_pointers_[recipe_.bound_min_column][at];
    const float high = column_pointers_[recipe_.bound_max_column][at];
    hold(at, low + stuck.part * (high - low));
  }
  if (recipe_.endurance.writes > 0.0F) draw_endurance(place.seed);
  program(Matrix::Zero(outputs, inputs));
}

void DeviceGrid::draw_devices(std::uint64_t seed) {
  const Stream stream{
      .seed = seed, .purpose = Purpose::device_to_device, .layer = layer_, .batch = device_};
  const auto devices = static_cast<std::size_t>(inputs_);
  std::vector<float> drawn(recipe_.draws * devices);
  std::vector<float> zeta(recipe_.draws);
  std::vector<float> device(recipe_.columns);
  for (Index i = 0; i < outputs_; ++i) {
    fill_gaussian(stream, static_cast<std::uint32_t>(i), drawn);
    for (std::size_t j = 0; j < devices; ++j) {
      for (std::size_t k = 0; k < zeta.size(); ++k) zeta[k] = drawn[k * devices + j];
      recipe_.draw(zeta, device);
      for (std::size_t c = 0; c < device.size(); ++c) {
        column_pointers_[c][static_cast<std::size_t>(i * stride_) + j] = device[c];
      }
    }
  }
}

void DeviceGrid::stick(std::uint64_t seed) {
  const Stream stream{
      .seed = seed, .purpose = Purpose::stuck_devices, .layer = layer_, .batch = device_};
  std::vector<float> drawn(2 * static_cast<std::size_t>(inputs_));
  for (Index i = 0; i < outputs_; ++i) {
    fill_uniform(stream, static_cast<std::uint32_t>(i), drawn);
    for (Index j = 0; j < inputs_; ++j) {
      const float chance = 0.5F * (drawn[static_cast<std::size_t>(j)] + 1.0F);
      if (chance >= recipe_.parameters.stuck_fraction) continue;
      hold(i * stride_ + j,
           recipe_.parameters.stuck_range * drawn[static_cast<std::size_t>(inputs_ + j)]);
    }
  }
}

void DeviceGrid::hold(Index at, float weight) {
  column_pointers_[recipe_.bound_max_column][at] = weight;
  column_pointers_[recipe_.bound_min_column][at] = weight;
}

void DeviceGrid::draw_endurance(std::uint64_t seed) {
  survived_ = make_column<float>(outputs_ * stride_);
  const Stream stream{
      .seed = seed, .purpose = Purpose::endurance, .layer = layer_, .batch = device_};
  for (Index i = 0; i < outputs_; ++i) {
    Eigen::Map<Eigen::ArrayXf> row(survived_.get() + i * stride_, inputs_);
    fill_gaussian(stream, static_cast<std::uint32_t>(i),
                  {row.data(), static_cast<std::size_t>(inputs_)});
    row = recipe_.endurance.writes * (recipe_.endurance.spread * row).exp();
  }
}

void DeviceGrid::wear_out() {
  if (!survived_) return;
  for (Index i = 0; i < outputs_; ++i) {
    for (Index at = i * stride_; at < i * stride_ + inputs_; ++at) {
      const auto pulses = static_cast<float>(pulses_[static_cast<std::size_t>(at)]);
      const float part = pulse_parts_ ? pulse_parts_[static_cast<std::size_t>(at)] : 0.0F;
      if (pulses + part < survived_[static_cast<std::size_t>(at)]) continue;
      hold(at, weights_[static_cast<std::size_t>(at)]);
      survived_[static_cast<std::size_t>(at)] = std::numeric_limits<float>::infinity();
    }
  }
}

PulseUpdate DeviceGrid::update(const Polarity& polarity) {
  return {
      .weights = weights_.get(),
      .device_columns = column_pointers_,
      .constants = recipe_.constants.get(),
      .columns = static_cast<std::size_t>(stride_),
      .noise = recipe_.noise || apparent_,
      .polarity = polarity,
      .apparent = apparent_.get(),
      .write_noise = recipe_.parameters.write_noise_std * recipe_.step,
      .pulses = pulses_.get(),
      .pulse_parts = pulse_parts_.get(),
      .age = relaxation_.age(),
      .conductance = recipe_.sum_conductance ? &pulsed_ : nullptr,
      .conductance_offset = recipe_.sum_conductance ? range().zero() / range().per_weight() : 0.0F};
}

void DeviceGrid::play(const PulseTrains& trains, const Pass& pass, const Polarity& polarity) {
  const PulseUpdate how = update(polarity);
  const Stream noise = pass.stream(Purpose::cycle_to_cycle, layer_);
  const LineTrains& rows = trains.rows();
  const Index words = rows.words();
  for (Index i = 0; i < outputs_; ++i) {
    firing_.clear();
    int fired = 0;
    for (Index word = 0; word < words; ++word) {
      const std::uint32_t slots = rows.slots(i, word);
      if (slots == 0) continue;
      firing_.push_back({static_cast<std::uint32_t>(word), slots, rows.signs(i, word)});
      fired += std::popcount(slots);
    }
    if (firing_.empty()) continue;
    recipe_.kernel.play(how, {.first = static_cast<std::size_t>(i * stride_),
                              .noise = noise_of(noise, i),
                              .firing = firing_,
                              .slots = static_cast<std::uint32_t>(fired),
                              .columns = trains.columns().group(0),
                              .words = static_cast<std::size_t>(words)});
  }
  if (recipe_.half_selected) disturb(trains, pass, polarity);
}

/// Every pulse of a line puts half the voltage on all devices of the line: upwards in rows whose
/// error is negative and in columns whose input is positive. They act after the coincidences of the
/// mini-batch, and devices that coincide are not left out: both matter little where disturb is
/// small.
void DeviceGrid::disturb(const PulseTrains& trains, const Pass& pass, const Polarity& polarity) {
  PulseUpdate how = update(polarity);
  how.constants = recipe_.half_selected.get();
  how.pulses = nullptr;
  how.conductance = nullptr;
  const auto pulses = [](const LineTrains& lines, Index line, bool negative) {
    int sum = 0;
    for (Index word = 0; word < lines.words(); ++word) {
      const std::uint32_t signs = lines.signs(line, word);
      sum += std::popcount(lines.slots(line, word) & (negative ? signs : ~signs));
    }
    return static_cast<float>(sum);
  };
  const Stream noise = pass.stream(Purpose::half_select, layer_);
  if (!counts_) counts_ = make_column<float>(stride_);
  for (const bool up : {true, false}) {
    Eigen::ArrayXf columns(inputs_);
    for (Index j = 0; j < inputs_; ++j) columns[j] = pulses(trains.columns(), j, !up);
    for (Index i = 0; i < outputs_; ++i) {
      const auto all = (columns + pulses(trains.rows(), i, up)).eval();
      Eigen::Map<Eigen::ArrayXf>(counts_.get(), inputs_) = up ? all : -all;
      recipe_.kernel.apply(how, {.first = static_cast<std::size_t>(i * stride_),
                                 .noise = noise_of(noise, up ? i : outputs_ + i),
                                 .counts = counts_.get()});
    }
  }
}

void DeviceGrid::apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample,
                       const Polarity& polarity) {
  const PulseUpdate how = update(polarity);
  const Stream noise = pass.stream(Purpose::cycle_to_cycle, layer_);
  if (!counts_) counts_ = make_column<float>(stride_);
  for (Index i = 0; i < outputs_; ++i) {
    if (counts.row(i).isZero(0.0F)) continue;
    std::copy_n(counts.row(i).data(), inputs_, counts_.get());
    recipe_.kernel.apply(how, {.first = static_cast<std::size_t>(i * stride_),
                               .noise = noise_of(noise, sample * outputs_ + i),
                               .counts = counts_.get()});
  }
}

std::array<std::uint32_t, 4> DeviceGrid::noise_of(const Stream& stream, Index row) const {
  return stream.words(static_cast<std::uint32_t>(row), static_cast<std::uint8_t>(device_));
}

void DeviceGrid::program(const BatchIn& target) {
  const float* high = column_pointers_[recipe_.bound_max_column];
  const float* low = column_pointers_[recipe_.bound_min_column];
  for (Index i = 0; i < outputs_; ++i) {
    for (Index j = 0; j < inputs_; ++j) {
      const Index at = i * stride_ + j;
      weights_.get()[at] = std::max(low[at], std::min(target(i, j), high[at]));
    }
  }
  if (apparent_) std::copy_n(weights_.get(), outputs_ * stride_, apparent_.get());
  if (relaxation_.age() != nullptr) std::fill_n(relaxation_.age(), outputs_ * stride_, 0.0F);
}

void DeviceGrid::reset(const WhichDevices& which) {
  const Matrix target = reset_weights();
  float* age = relaxation_.age();
  for (Index i = 0; i < outputs_; ++i) {
    for (Index j = 0; j < inputs_; ++j) {
      if (!which(i, j)) continue;
      const Index at = i * stride_ + j;
      weights_.get()[at] = target(i, j);
      if (apparent_) apparent_.get()[at] = target(i, j);
      if (age != nullptr) age[at] = 0.0F;
    }
  }
}

Given DeviceGrid::rest(const Pass& pass, LineWork* /*work*/) {
  wear_out();
  if (!relaxation_.active()) return {};
  // what a reader sees moves along with the persistent weight
  if (apparent_) {
    for (Index at = 0; at < outputs_ * stride_; ++at) apparent_[at] -= weights_[at];
  }
  relaxation_.pass_time(weights_.get(), pass);
  const float* high = column_pointers_[recipe_.bound_max_column];
  const float* low = column_pointers_[recipe_.bound_min_column];
  for (Index at = 0; at < outputs_ * stride_; ++at) {
    weights_[at] = std::max(low[at], std::min(weights_[at], high[at]));
    if (apparent_) apparent_[at] += weights_[at];
  }
  return {};
}

void DeviceGrid::state(Archive& archive) {
  const auto size = static_cast<std::size_t>(outputs_ * stride_);
  const auto column = [&](float* values) {
    if (values != nullptr) archive(std::span<float>(values, size));
  };
  column(weights_.get());
  column(apparent_.get());
  if (pulses_) archive(std::span<std::uint32_t>(pulses_.get(), size));
  column(pulse_parts_.get());
  if (survived_) {  // devices that wore out have lost the room between their bounds
    column(survived_.get());
    column(column_pointers_[recipe_.bound_max_column]);
    column(column_pointers_[recipe_.bound_min_column]);
  }
  column(relaxation_.age());
  archive(pulsed_.up);
  archive(pulsed_.down);
}

ConstMatrix DeviceGrid::view(const float* column) const {
  return {column, outputs_, inputs_, Eigen::OuterStride<>(stride_)};
}
ConstMatrix DeviceGrid::weights() const {
  return view(apparent_ ? apparent_.get() : weights_.get());
}
ConductanceRange DeviceGrid::range() const {
  const BoundedParameters& p = recipe_.parameters;
  return {p.w_max, p.w_min, p.g_max, p.g_min};
}
DevicePlane DeviceGrid::plane() const { return {weights(), 1.0F, range()}; }
ConstMatrix DeviceGrid::upper_bounds() const {
  return view(column_pointers_[recipe_.bound_max_column]);
}
ConstMatrix DeviceGrid::lower_bounds() const {
  return view(column_pointers_[recipe_.bound_min_column]);
}

Matrix DeviceGrid::reset_weights() const {
  Matrix weights = Matrix::Constant(outputs_, inputs_, recipe_.parameters.reset);
  if (recipe_.parameters.reset_dtod > 0.0F) {
    weights += recipe_.parameters.reset_dtod * relaxation_.reset_spread();
  }
  return weights.cwiseMax(lower_bounds()).cwiseMin(upper_bounds());
}

double DeviceGrid::saturated_fraction() const {
  const auto w = view(weights_.get()).array();
  const auto high = upper_bounds().array();
  const auto low = lower_bounds().array();
  const auto near = 0.01F * (high - low);
  const auto saturated = (w >= high - near) || (w <= low + near);
  return static_cast<double>(saturated.count()) / static_cast<double>(outputs_ * inputs_);
}

double DeviceGrid::stuck_fraction() const {
  const auto stuck = upper_bounds().array() <= lower_bounds().array();
  return static_cast<double>(stuck.count()) / static_cast<double>(outputs_ * inputs_);
}

Wear DeviceGrid::wear() const {
  Wear wear;
  if (!pulses_) return wear;
  for (Index i = 0; i < outputs_; ++i) {
    for (Index j = 0; j < inputs_; ++j) {
      const auto at = static_cast<std::size_t>(i * stride_ + j);
      const float part = pulse_parts_ ? pulse_parts_[at] : 0.0F;
      wear.add(static_cast<double>(pulses_[at]) + static_cast<double>(part));
    }
  }
  return wear;
}

PulsedConductance DeviceGrid::pulsed_conductance() const {
  const auto siemens = static_cast<double>(range().per_weight());
  return {siemens * pulsed_.up, siemens * pulsed_.down};
}

}  // namespace memtrain
