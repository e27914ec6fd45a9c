#include "sim/data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/base/error.h"
#include "sim/data/augment.h"

namespace memtrain {

std::span<const Parameter<DataSettings>> data_parameters() {
  using S = DataSettings;
  using A = AugmentSettings;
  static constexpr std::array<std::string_view, 4> normalisations{"unit", "signed", "standard",
                                                                  "channel"};
  static constexpr std::array<Parameter<S>, 10> rows{{
      {{.name = "name", .unit = "1", .help = "data set (`memtrain data` lists them)"},
       member<&S::name>},
      {{.name = "path", .unit = "1", .help = "folder that holds its files; empty: search"},
       member<&S::path>},
      {{"train_limit", "sample", 0, 1e9, "first training samples only; 0: all"},
       member<&S::train_limit>},
      {{"test_limit", "sample", 0, 1e9, "first test samples only; 0: all"}, member<&S::test_limit>},
      {{"validation", "sample", 0, 1e9,
        "last of the training samples, held out to choose settings or an end by; 0: none"},
       member<&S::validation>},
      {{"crop", "pixel", 0, 1e4, "cut from every side of an image"}, member<&S::crop>},
      {{"binarise", "1", 0, 1,
        "pixels in [0, 1] above this become 1, the others 0; 0: grey values stay"},
       member<&S::binarise>},
      {{.name = "normalise",
        .unit = "1",
        .help = "inputs in [0, 1] (unit), in [-1, 1] (signed), or with mean 0 and s.d. 1 over all "
                "training pixels (standard) or over those of each channel (channel)",
        .choices = normalisations},
       member<&S::normalise>},
      {{"augment_flip", "1", 0, 1,
        "mirror training images left-right with probability 1/2, afresh in every mini-batch"},
       member<&S::augment, &A::flip>},
      {{"augment_crop", "pixel", 0, 1e4,
        "zeros put around training images (after normalisation), of which a window of the "
        "image's size is taken at random, afresh in every mini-batch; 0: none"},
       member<&S::augment, &A::crop>},
  }};
  return rows;
}

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

/// Takes the last `count` training samples out for validation.
void hold_out(Dataset& data, Index count) {
  const Index left = data.train.size() - count;
  if (left < 1) {
    throw Error(Failure::usage,
                fmt::format("data.validation: {} is out of range [0, {}] (the training samples of "
                            "'{}', less one)",
                            count, data.train.size() - 1, data.name));
  }
  const auto first = data.train.labels.begin() + static_cast<std::ptrdiff_t>(left);
  data.validation.labels.assign(first, data.train.labels.end());
  data.train.labels.erase(first, data.train.labels.end());
  data.validation.inputs = data.train.inputs.bottomRows(count);
  data.train.inputs.conservativeResize(left, Eigen::NoChange);
}

}  // namespace

Dataset load_dataset(const DataSettings& settings, const std::filesystem::path& data_dir) {
  const DataSource& source = find_source(settings.name);
  Dataset data = source.load(source, locate(source, data_dir, settings.path), settings);
  if (settings.crop > 0) crop(data, settings.crop);
  if (settings.binarise > 0.0F) {
    for (Samples* part : {&data.train, &data.test}) {
      part->inputs = (part->inputs.array() > settings.binarise).cast<float>();
    }
  }
  if (settings.normalise == "signed") {
    for (Samples* part : {&data.train, &data.test})
      part->inputs.array() = part->inputs.array() * 2.0F - 1.0F;
  } else if (settings.normalise == "standard") {
    standardise(data, 0, 1);
  } else if (settings.normalise == "channel") {
    for (Index channel = 0; channel < data.channels; ++channel) {
      standardise(data, channel, data.channels);
    }
  }
  check_augmentation(data, settings.augment);
  data.augment = settings.augment;
  if (settings.validation > 0) hold_out(data, settings.validation);
  return data;
}

}  // namespace memtrain
