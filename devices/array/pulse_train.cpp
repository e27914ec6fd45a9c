#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "devices/array/pulse_train.cpp"
#include <hwy/foreach_target.h>

#include "devices/array/pulse_train.h"
#include "sim/base/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

/// One train a value: each of `length` slots fires with probability min(1, scale · |value|). `out`
/// is padded to whole virtual lanes with silent trains.
void draw_trains(const std::array<std::uint32_t, 4>& words, const float* values, std::size_t size,
                 float scale, int length, std::uint32_t* out) {
  const FloatTag f;
  const WordTag w;
  const hn::RebindToSigned<FloatTag> s;
  const LaneState seeds = seed_lanes(words);
  alignas(64) float padded[virtual_lanes];
  for (std::size_t lane = 0; lane < virtual_lanes; lane += hn::Lanes(f)) {
    Lanes lanes(seeds, lane);
    for (std::size_t at = lane; at < size; at += virtual_lanes) {
      const float* from = values + at;
      if (at + hn::Lanes(f) > size) {
        for (std::size_t i = 0; i < hn::Lanes(f); ++i) padded[i] = at + i < size ? from[i] : 0.0F;
        from = padded;
      }
      const auto value = hn::LoadU(f, from);
      const auto p = hn::Abs(value) * hn::Set(f, scale);
      const auto always = hn::BitCast(s, hn::VecFromMask(f, p >= hn::Set(f, 1.0F)));
      // the last float below 1 keeps the conversion in range; `always` takes care of 1 itself
      const auto threshold =
          hn::ConvertTo(s, hn::Min(p, hn::Set(f, 0x1.fffffep-1F)) * hn::Set(f, 0x1p31F));
      auto train = hn::Zero(s);
      for (int slot = 0; slot < length; ++slot) {
        const auto word = hn::BitCast(s, hn::ShiftRight<1>(lanes.next()));
        const auto fires = hn::Or(hn::VecFromMask(s, word < threshold), always);
        train = hn::Or(train, hn::And(fires, hn::Set(s, static_cast<std::int32_t>(1U << slot))));
      }
      const auto sign = hn::BitCast(w, value) & hn::Set(w, PulseTrains::sign_bit);
      hn::StoreU(hn::Or(hn::BitCast(w, train), sign), w, out + at);
    }
    // a register that begins beyond the last value is silent
    for (std::size_t at = lane; at < (size + virtual_lanes - 1) / virtual_lanes * virtual_lanes;
         at += virtual_lanes) {
      if (at >= size) hn::StoreU(hn::Zero(w), w, out + at);
    }
  }
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <new>

namespace memtrain {
namespace {

HWY_EXPORT(draw_trains);

Index whole_lanes(Index lines) {
  const auto lanes = static_cast<Index>(virtual_lanes);
  return (lines + lanes - 1) / lanes * lanes;
}

/// The firing probabilities of one sample: p = min(1, column · |x|) and min(1, row · |d|).
struct Drive {
  float column = 0.0F, row = 0.0F;
  int length = 0;  ///< 0: nothing to update
};

Drive drive(float max_x, float max_d, float rate, float dw_min, const PulseSettings& settings) {
  const float largest = rate * max_x * max_d / dw_min;  // pulses wanted at the largest product
  if (!(largest > 0.0F)) return {};
  int length = settings.train_length;
  if (settings.train_length_management && largest < static_cast<float>(length)) {
    length = std::max(1, static_cast<int>(std::ceil(largest)));
  }
  const float amplitude = std::sqrt(rate / (dw_min * static_cast<float>(length)));
  const float balance = settings.update_management ? std::sqrt(max_x / max_d) : 1.0F;
  return {amplitude / balance, amplitude * balance, length};
}

}  // namespace

std::span<const Parameter<PulseSettings>> pulse_parameters() {
  static constexpr std::array<Parameter<PulseSettings>, 3> rows{{
      {{"train_length", "slots", 1, 31, "longest pulse train of a sample"},
       member<&PulseSettings::train_length>},
      {{"update_management", "1", 0, 1, "balance the firing probabilities of rows and columns"},
       member<&PulseSettings::update_management>},
      {{"train_length_management", "1", 0, 1, "shorten a sample's trains to what its update needs"},
       member<&PulseSettings::train_length_management>},
  }};
  return rows;
}

PulseTrains::PulseTrains(Index outputs, Index inputs)
    : outputs_(outputs), inputs_(inputs), column_stride_(whole_lanes(inputs)) {}

void PulseTrains::draw(const BatchIn& x, const BatchIn& d, float rate, float dw_min,
                       const PulseSettings& settings, const Pass& pass, std::uint16_t layer) {
  samples_ = x.rows();
  if (samples_ > capacity_) {
    columns_ =
        hwy::AllocateAligned<std::uint32_t>(static_cast<std::size_t>(samples_ * column_stride_));
    if (!columns_) throw std::bad_alloc();
    capacity_ = samples_;
  }
  rows_.resize(static_cast<std::size_t>(outputs_ * samples_));
  by_sample_.resize(static_cast<std::size_t>(whole_lanes(outputs_)));
  const Stream column_stream = pass.stream(Purpose::column_pulses, layer);
  const Stream row_stream = pass.stream(Purpose::row_pulses, layer);
  const float sample_rate = rate / static_cast<float>(samples_);
  for (Index b = 0; b < samples_; ++b) {
    std::uint32_t* columns = columns_.get() + b * column_stride_;
    const Drive drawn = drive(x.row(b).cwiseAbs().maxCoeff(), d.row(b).cwiseAbs().maxCoeff(),
                              sample_rate, dw_min, settings);
    if (drawn.length == 0) {
      std::fill_n(columns, column_stride_, 0U);
      for (Index i = 0; i < outputs_; ++i) rows_[static_cast<std::size_t>(i * samples_ + b)] = 0U;
      continue;
    }
    const auto sample = static_cast<std::uint32_t>(b);
    HWY_DYNAMIC_DISPATCH(draw_trains)
    (column_stream.words(sample), x.row(b).data(), static_cast<std::size_t>(inputs_), drawn.column,
     drawn.length, columns);
    HWY_DYNAMIC_DISPATCH(draw_trains)
    (row_stream.words(sample), d.row(b).data(), static_cast<std::size_t>(outputs_), drawn.row,
     drawn.length, by_sample_.data());
    for (Index i = 0; i < outputs_; ++i) {
      rows_[static_cast<std::size_t>(i * samples_ + b)] = by_sample_[static_cast<std::size_t>(i)];
    }
  }
}

}  // namespace memtrain
#endif
