#include "sim/data/images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/base/error.h"
#include "sim/data/augment.h"
#include "sim/data/generated.h"

namespace memtrain {
namespace {

/// Cuts `margin` pixels from every side of all images.
void crop(Dataset& data, Index margin) {
  const Index largest = (std::min(data.rows, data.columns) - 1) / 2;
  if (margin > largest) {
    throw Error(Failure::usage, fmt::format("data.crop: {} is out of range [0, {}] for images of "
                                            "{} x {} pixels ('{}')",
                                            margin, largest, data.rows, data.columns, data.name));
  }
  const Index rows = data.rows - 2 * margin;
  const Index columns = data.columns - 2 * margin;
  for (Samples* part : {&data.train, &data.test}) {
    const Index width = columns * data.channels;  // the channels of a pixel stay together
    Batch kept(part->size(), rows * width);
    for (Index row = 0; row < rows; ++row) {
      const Index from = ((row + margin) * data.columns + margin) * data.channels;
      kept.middleCols(row * width, width) = part->inputs.middleCols(from, width);
    }
    part->inputs = std::move(kept);
  }
  data.rows = rows;
  data.columns = columns;
  data.features = rows * columns * data.channels;
}

/// Brings every `stride`-th feature, from the first-th on, to mean 0 and s.d. 1 over the training
/// samples. A feature that does not vary only loses its mean.
void standardise(Dataset& data, Index first, Index stride) {
  const auto features = [&](Samples& part) {
    return Eigen::Map<Eigen::ArrayXf, 0, Eigen::InnerStride<>>(
        part.inputs.data() + first, part.inputs.size() / stride, Eigen::InnerStride<>(stride));
  };
  // in double: the sum over all pixels of a data set has more digits than a float holds
  const auto pixels = features(data.train).cast<double>();
  const double mean = pixels.mean();
  const double deviation = std::sqrt((pixels - mean).square().mean());
  const double scale = deviation > 0 ? 1.0 / deviation : 1.0;
  for (Samples* part : {&data.train, &data.test}) {
    features(*part) = (features(*part) - static_cast<float>(mean)) * static_cast<float>(scale);
  }
}

void binarise(Dataset& data, float threshold) {
  for (Samples* part : {&data.train, &data.test}) {
    part->inputs = (part->inputs.array() > threshold).cast<float>();
  }
}

void normalise(Dataset& data, std::string_view how) {
  if (how == "signed") {
    for (Samples* part : {&data.train, &data.test})
      part->inputs.array() = part->inputs.array() * 2.0F - 1.0F;
  } else if (how == "standard") {
    standardise(data, 0, 1);
  } else if (how == "channel") {
    for (Index channel = 0; channel < data.channels; ++channel) {
      standardise(data, channel, data.channels);
    }
  }
}

/// Puts pixel order[t] of every image where pixel t was.
void reorder(Dataset& data, std::span<const std::uint32_t> order) {
  for (Samples* part : {&data.train, &data.test}) {
    Vector image(data.features);
    for (Index i = 0; i < part->size(); ++i) {
      image = part->inputs.row(i);
      float* to = part->inputs.row(i).data();
      for (const std::uint32_t pixel : order) {
        to = std::copy_n(image.data() + pixel * data.channels, data.channels, to);
      }
    }
  }
}

}  // namespace

std::vector<std::uint32_t> pixel_order(std::int64_t task_seed, Index pixels) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(pixels));
  fill_permutation({.seed = static_cast<std::uint64_t>(task_seed),
                    .purpose = Purpose::generated_task,
                    .layer = permutation_stream},
                   order);
  return order;
}

void make_sequences(Dataset& data, std::string_view how, std::int64_t task_seed) {
  const Index pixels = data.rows * data.columns;
  if (how == "permuted_pixels") reorder(data, pixel_order(task_seed, pixels));
  // rows and pixels lie in the order of the steps already
  const Index steps = how == "rows" ? data.rows : pixels;
  data.rows = steps;
  data.columns = 1;
  data.channels = data.features / steps;
}

void prepare_images(Dataset& data, const DataSettings& settings) {
  if (settings.crop > 0) crop(data, settings.crop);
  if (settings.binarise > 0.0F) binarise(data, settings.binarise);
  normalise(data, settings.normalise);
  if (settings.sequence != "none") make_sequences(data, settings.sequence, settings.task_seed);
  check_augmentation(data, settings.augment);
  data.augment = settings.augment;
}

}  // namespace memtrain
