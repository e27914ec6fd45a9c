#include "sim/data/augment.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base/error.h"

namespace memtrain {
namespace {

/// A whole number uniform on [−limit, limit]. The bias is below (2 limit + 1) · 2⁻³².
Index to_offset(std::uint32_t word, int limit) {
  const auto choices = 2 * static_cast<std::uint64_t>(limit) + 1;
  return static_cast<Index>((word * choices) >> 32U) - limit;
}

}  // namespace

void check_augmentation(const Dataset& data, const AugmentSettings& settings) {
  if (!settings.flip && settings.crop == 0) return;
  if (data.rows * data.columns * data.channels != data.features || data.rows <= 1 ||
      data.columns <= 1) {
    throw Error(
        Failure::usage,
        fmt::format("data.{}: the samples of '{}' are not images of several rows and columns",
                    settings.flip ? "augment_flip" : "augment_crop", data.name));
  }
  const Index largest = std::min(data.rows, data.columns) - 1;
  if (settings.crop > largest) {
    throw Error(Failure::usage,
                fmt::format("data.augment_crop: {} is out of range [0, {}] for images of {} x {} "
                            "pixels ('{}')",
                            settings.crop, largest, data.rows, data.columns, data.name));
  }
}

Augmentation::Augmentation(const Dataset& data)
    : settings_(data.augment),
      rows_(data.rows),
      columns_(data.columns),
      channels_(data.channels),
      image_(data.features) {}

Augmentation::Change Augmentation::draw(const Stream& stream, Index sample) const {
  const auto words = stream.words(static_cast<std::uint32_t>(sample));
  return {settings_.flip && (words[0] >> 31U) != 0, to_offset(words[1], settings_.crop),
          to_offset(words[2], settings_.crop)};
}

void Augmentation::change_row(const Change& change, const float* from, float* to) const {
  const Index first = std::max<Index>(0, -change.right);
  const Index last = std::min(columns_, columns_ - change.right);
  for (Index column = first; column < last; ++column) {
    const Index of = column + change.right;
    const float* pixel = from + (change.flip ? columns_ - 1 - of : of) * channels_;
    std::copy_n(pixel, channels_, to + column * channels_);
  }
}

void Augmentation::apply(Batch& inputs, const Stream& stream) {
  if (!settings_.flip && settings_.crop == 0) return;
  const Index width = columns_ * channels_;
  for (Index sample = 0; sample < inputs.rows(); ++sample) {
    const Change change = draw(stream, sample);
    image_ = inputs.row(sample);
    inputs.row(sample).setZero();
    const Index first = std::max<Index>(0, -change.down);
    const Index last = std::min(rows_, rows_ - change.down);
    for (Index row = first; row < last; ++row) {
      change_row(change, image_.data() + (row + change.down) * width,
                 inputs.row(sample).data() + row * width);
    }
  }
}

}  // namespace memtrain
