#include "sim/data/data_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "sim/base/error.h"
#include "sim/data/dataset.h"

namespace memtrain {

std::span<const Parameter<DataSettings>> data_parameters() {
  using S = DataSettings;
  using A = AugmentSettings;
  using T = SeriesSettings;
  using G = GeneratedSettings;
  using Word = std::string_view;
  static constexpr std::array<Word, 4> normalisations{"unit", "signed", "standard", "channel"};
  static constexpr std::array<Word, 4> sequences{"none", "rows", "pixels", "permuted_pixels"};
  static constexpr std::array<Word, 2> predictions{"step", "all"};
  static constexpr std::array<Word, 2> inputs{"all", "target"};
  static constexpr std::array<Parameter<S>, 28> rows{{
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
                "training pixels (standard) or over those of each channel (channel); of a series "
                "always column by column, by its training rows, targets too",
        .choices = normalisations},
       member<&S::normalise>},
      {{"augment_flip", "1", 0, 1,
        "mirror training images left-right with probability 1/2, afresh in every mini-batch"},
       member<&S::augment, &A::flip>},
      {{"augment_crop", "pixel", 0, 1e4,
        "zeros put around training images (after normalisation), of which a window of the "
        "image's size is taken at random, afresh in every mini-batch; 0: none"},
       member<&S::augment, &A::crop>},
      {{.name = "sequence",
        .unit = "1",
        .help = "images as sequences: each step a row, a pixel, or a pixel in an order that is "
                "random but the same for all images (permuted_pixels)",
        .choices = sequences},
       member<&S::sequence>},
      {{.name = "file",
        .unit = "1",
        .help = "series: the CSV file, a path or a name in the folders where data sets are looked "
                "for"},
       member<&S::series, &T::file>},
      {{"rows", "row", 0, 1e9, "series: first rows only; 0: all"}, member<&S::series, &T::rows>},
      {{.name = "target", .unit = "1", .help = "series: column that is predicted; empty: all"},
       member<&S::series, &T::target>},
      {{.name = "inputs",
        .unit = "1",
        .help = "series: the columns that are inputs: all, or the target only",
        .choices = inputs},
       member<&S::series, &T::inputs>},
      {{"window", "step", 1, 1e6, "series: rows that are the input of a sample"},
       member<&S::series, &T::window>},
      {{"horizon", "step", 1, 1e6, "series: rows from the last input to the (last) target"},
       member<&S::series, &T::horizon>},
      {{.name = "predict",
        .unit = "1",
        .help = "series: the row at the horizon (step), or all rows up to it, one after another",
        .choices = predictions},
       member<&S::series, &T::predict>},
      {{"train_part", "1", 0, 1, "series: part of the rows, the first ones, for training"},
       member<&S::series, &T::train_part>},
      {{"test_part", "1", 0, 1,
        "series: part of the rows, the last ones, for the test; those between are for validation"},
       member<&S::series, &T::test_part>},
      {{"length", "step", 2, 1e5,
        "generated task: steps of a sequence (adding), or between reading and writing "
        "(copy-memory)"},
       member<&S::generated, &G::length>},
      {{"train_samples", "sample", 1, 1e7, "generated task: training samples, validation included"},
       member<&S::generated, &G::train_samples>},
      {{"test_samples", "sample", 1, 1e7, "generated task: test samples"},
       member<&S::generated, &G::test_samples>},
      {{"shape", "1", 1, 1e5, "patterns: rows, columns and channels of a sample"},
       member<&S::generated, &G::shape>},
      {{"classes", "1", 2, 256, "patterns: how many there are"},
       member<&S::generated, &G::classes>},
      {{"noise", "1", 0, 1e3, "patterns: s.d. of the noise on every number, whose own s.d. is 1"},
       member<&S::generated, &G::noise>},
      {{"reconstruct", "1", 0, 1,
        "the inputs are also the targets, for auto-encoders, in the place of the class"},
       member<&S::reconstruct>},
      {{"task_seed", "1", 0, 9e15,
        "of the random numbers of a generated task or of permuted pixels, whatever the run's "
        "seeds"},
       member<&S::task_seed>},
  }};
  return rows;
}

namespace {

constexpr double most_features = 1e7;  ///< of a pattern

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 5> of_images{"crop", "binarise", "augment_flip",
                                                    "augment_crop", "sequence"};
constexpr std::array<std::string_view, 9> of_series{
    "file", "rows", "target", "inputs", "window", "horizon", "predict", "train_part", "test_part"};
constexpr std::array<std::string_view, 2> of_generated{"train_samples", "test_samples"};
constexpr std::array<std::string_view, 3> of_patterns{"shape", "classes", "noise"};
constexpr std::array<std::string_view, 4> of_stored{"path", "normalise", "train_limit",
                                                    "test_limit"};

}  // namespace

std::string without_effect(const DataSettings& settings, std::string_view key) {
  const Origin origin = find_source(settings.name).origin;
  const auto unless = [&](bool fits, std::string_view what) {
    return fits ? std::string() : fmt::format("data set '{}' {}", settings.name, what);
  };
  if (is_one_of(key, of_series)) {
    if (key == "inputs" && origin == Origin::series && settings.series.target.empty()) {
      return "data.target is empty: all columns are targets";
    }
    return unless(origin == Origin::series, "is not a time series");
  }
  const bool patterns = settings.name == "patterns";
  if (is_one_of(key, of_patterns)) return unless(patterns, "is not made of patterns");
  if (key == "length") {
    return unless(origin == Origin::generated && !patterns,
                  patterns ? "has data.shape" : "is not generated");
  }
  if (key == "reconstruct") {
    return unless(find_source(settings.name).question == Question::label, "has no classes");
  }
  if (is_one_of(key, of_generated)) return unless(origin == Origin::generated, "is not generated");
  if (is_one_of(key, of_stored)) {
    const bool limit = key.ends_with("_limit");
    return unless(origin != Origin::generated,
                  limit ? "is generated (data.train_samples and data.test_samples say how much)"
                        : "is generated");
  }
  if (key == "validation") {
    return unless(origin != Origin::series,
                  "is a time series (what data.train_part and data.test_part leave is held out)");
  }
  if (key == "task_seed") {
    const bool permuted = origin == Origin::images && settings.sequence == "permuted_pixels";
    return unless(permuted || origin == Origin::generated,
                  "is neither generated nor of permuted pixels");
  }
  if (is_one_of(key, of_images)) {
    if (origin != Origin::images) return unless(false, "has no images");
    const bool augments = key.starts_with("augment_");
    return augments && settings.sequence != "none" ? "data.sequence makes sequences of the images"
                                                   : "";
  }
  return "";
}

void check_data_settings(const DataSettings& settings) {
  const auto fail = [](const std::string& problem) { throw Error(Failure::usage, problem); };
  if (settings.generated.shape.size() != 3) {
    fail(fmt::format("data.shape: has {} numbers, needs three: rows, columns, channels",
                     settings.generated.shape.size()));
  }
  // one sample must be addressable, and a batch of them fit into a machine
  const double numbers = std::accumulate(
      settings.generated.shape.begin(), settings.generated.shape.end(), 1.0,
      [](double product, std::int64_t size) { return product * static_cast<double>(size); });
  if (numbers > most_features) {
    fail(fmt::format("data.shape: {} is {:g} numbers a sample, at most {:g} are allowed",
                     fmt::join(settings.generated.shape, " x "), numbers, most_features));
  }
  if (settings.reconstruct && (settings.augment.flip || settings.augment.crop > 0)) {
    fail(fmt::format("data.reconstruct: asks for the inputs as they are, which data.{} changes",
                     settings.augment.flip ? "augment_flip" : "augment_crop"));
  }
  if (find_source(settings.name).origin != Origin::series) return;
  const SeriesSettings& series = settings.series;
  if (series.file.empty()) {
    fail(fmt::format("data.file: is missing (data set '{}' needs the file of the series)",
                     settings.name));
  }
  // a little more than their sum: 0.7 and 0.3 are not exact
  if (series.train_part + series.test_part > 1.0001F) {
    fail(
        fmt::format("data.test_part: {:g} and data.train_part: {:g} are more than the whole series",
                    series.test_part, series.train_part));
  }
}

Question question_of(const DataSettings& settings) {
  return settings.reconstruct ? Question::values : find_source(settings.name).question;
}

bool holds_out(const DataSettings& settings) {
  if (find_source(settings.name).origin != Origin::series) return settings.validation > 0;
  return settings.series.train_part + settings.series.test_part < 0.9999F;
}

}  // namespace memtrain
