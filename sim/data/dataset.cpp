#include "sim/data/dataset.h"

#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/base/file_bytes.h"
#include "sim/data/images.h"
#include "sim/data/prediction_errors.h"

namespace memtrain {
namespace {

/// Asks for the inputs in the place of their class.
void reconstruct(Dataset& data) {
  data.target = {.values = data.features};
  for (Samples* part : {&data.train, &data.test}) {
    part->values = part->inputs;
    part->labels.clear();
  }
  const Vector mean = data.train.inputs.colwise().mean();
  data.baselines.clear();
  add_baseline(data, "mean of training", mean.replicate(data.test.size(), 1));
}

void check_held_out(Index count, Index train, std::string_view name) {
  if (count < train) return;
  throw Error(Failure::usage,
              fmt::format("data.validation: {} is out of range [0, {}] (the training samples of "
                          "'{}', less one)",
                          count, train - 1, name));
}

/// Takes the last `count` training samples out for validation.
void hold_out(Dataset& data, Index count) {
  Samples& train = data.train;
  Samples& held = data.validation;
  check_held_out(count, train.size(), data.name);
  const Index left = train.size() - count;
  held.inputs = train.inputs.bottomRows(count);
  train.inputs.conservativeResize(left, Eigen::NoChange);
  if (data.target.regression()) {
    held.values = train.values.bottomRows(count);
    train.values.conservativeResize(left, Eigen::NoChange);
    return;
  }
  const auto first = train.labels.begin() + static_cast<std::ptrdiff_t>(left * data.target.steps);
  held.labels.assign(first, train.labels.end());
  train.labels.erase(first, train.labels.end());
}

std::filesystem::path place_of(const DataSource& source, const DataSettings& settings,
                               const std::filesystem::path& data_dir) {
  if (source.origin == Origin::generated) return {};
  if (!data_dir.empty() && !is_folder(data_dir)) {
    throw Error(Failure::data, "--data-dir: there is no folder " + data_dir.string());
  }
  if (source.origin == Origin::series) return locate_series(source, data_dir, settings);
  return locate(source, data_dir, settings.path);
}

}  // namespace

std::string target_text(const TargetShape& target) {
  const Index outputs = target.outputs();
  const std::string_view what =
      target.regression() ? (outputs == 1 ? "value" : "values") : "classes";
  std::string text = fmt::format("{} {}", outputs, what);
  if (target.steps > 1) text += fmt::format(" at {} steps", target.steps);
  return text;
}

void keep_first(Samples& samples, int limit, std::string_view key) {
  const Index size = samples.size();
  if (limit > size) {
    throw Error(Failure::usage, fmt::format("{}: {} is out of range [0, {}]", key, limit, size));
  }
  if (limit == 0) return;
  samples.labels.resize(samples.labels.size() / static_cast<std::size_t>(size) *
                        static_cast<std::size_t>(limit));
  if (samples.values.size() > 0) samples.values.conservativeResize(limit, Eigen::NoChange);
  samples.inputs.conservativeResize(limit, Eigen::NoChange);
}

namespace {

/// One black image.
Samples blank_images(const ImageShape& shape) {
  return {Batch::Zero(1, shape.rows * shape.columns * shape.channels), {0}, {}};
}

Dataset blank_image_set(const DataSource& source, const DataSettings& settings) {
  const ImageShape& shape = source.images;
  Dataset data{.name = std::string(source.name),
               .features = shape.rows * shape.columns * shape.channels,
               .target = {.classes = shape.classes},
               .rows = shape.rows,
               .columns = shape.columns,
               .channels = shape.channels,
               .train = blank_images(shape),
               .test = blank_images(shape)};
  DataSettings plain = settings;
  plain.normalise = "unit";  // one image has no spread
  prepare_images(data, plain);
  return data;
}

Dataset load(const DataSettings& settings, const std::filesystem::path& data_dir) {
  const DataSource& source = find_source(settings.name);
  check_data_settings(settings);
  const std::filesystem::path place = place_of(source, settings, data_dir);
  Dataset data = source.load(source, place, settings);
  data.place = place.string();
  if (source.origin == Origin::images) prepare_images(data, settings);
  if (settings.reconstruct) reconstruct(data);
  if (settings.validation > 0) hold_out(data, settings.validation);
  return data;
}

BlankDataset make_blank(const DataSettings& settings, const std::filesystem::path& data_dir) {
  const DataSource& source = find_source(settings.name);
  check_data_settings(settings);
  BlankDataset blank;
  if (source.origin == Origin::series) {
    blank.data = load(settings, data_dir);
    blank.train_samples = blank.data.train.size();
    blank.validation_samples = blank.data.validation.size();
    return blank;
  }
  Index train = settings.generated.train_samples;
  if (source.origin == Origin::images) {
    train = source.images.train;
    if (settings.train_limit > train) {
      throw Error(Failure::usage, fmt::format("data.train_limit: {} is out of range [0, {}]",
                                              settings.train_limit, train));
    }
    if (settings.train_limit > 0) train = settings.train_limit;
    blank.data = blank_image_set(source, settings);
  } else {
    DataSettings one = settings;
    one.generated.train_samples = one.generated.test_samples = 1;
    blank.data = source.load(source, {}, one);
  }
  if (settings.reconstruct) reconstruct(blank.data);
  check_held_out(settings.validation, train, source.name);
  blank.train_samples = train - settings.validation;
  blank.validation_samples = settings.validation;
  return blank;
}

}  // namespace

BlankDataset blank_dataset(const DataSettings& settings, const std::filesystem::path& data_dir) {
  return with_places(settings.places, [&] { return make_blank(settings, data_dir); });
}

Dataset load_dataset(const DataSettings& settings, const std::filesystem::path& data_dir) {
  return with_places(settings.places, [&] { return load(settings, data_dir); });
}

}  // namespace memtrain
