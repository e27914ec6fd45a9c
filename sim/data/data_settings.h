#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/parameter.h"
#include "sim/base/places.h"

namespace memtrain {

/// What is asked about the samples of a data set; how much of it, Dataset::target says.
enum class Question {
  label,        ///< the class of a sample
  step_labels,  ///< a class at every step of a sequence
  values,       ///< real values
};

/// How training images are changed at random, afresh in every mini-batch (sim/data/augment.h).
struct AugmentSettings {
  bool flip = false;  ///< mirrored left-right with probability 1/2
  int crop = 0;       ///< pixels of zeros around an image, of which a window is taken; 0: none
};

/// How a time series becomes samples (sim/data/series.h).
struct SeriesSettings {
  std::string file;              ///< the series, a CSV file
  int rows = 0;                  ///< first rows only; 0: all
  std::string target;            ///< column that is predicted; empty: all
  std::string inputs = "all";    ///< all: every column is an input; target: the target only
  int window = 96;               ///< steps of a sample
  int horizon = 24;              ///< how far ahead of the last of them the target lies
  std::string predict = "step";  ///< step: that one row; all: every row up to it
  float train_part = 0.6F;       ///< the first rows' part, for training
  float test_part = 0.2F;        ///< the last rows' part, for the test; between: validation
};

/// What a generated task consists of (sim/data/adding.cpp, copy_memory.cpp, patterns.cpp).
struct GeneratedSettings {
  int length = 100;  ///< steps: of the sequence, or between reading and writing
  int train_samples = 10000;
  int test_samples = 1000;
  std::vector<std::int64_t> shape = {8, 8,
                                     1};  ///< rows, columns, channels of a pattern; ≤ 1e7 in all
  int classes = 10;                       ///< of patterns
  float noise = 1.0F;                     ///< s.d. around a pattern, whose own is 1
};

/// Which samples a run trains and tests on.
struct DataSettings {
  std::string name = "fashion-mnist";
  std::string path;     ///< folder that holds the data set's files; empty: search
  int train_limit = 0;  ///< first samples only; 0: all
  int test_limit = 0;
  int validation = 0;     ///< last of the training samples, held out
  int crop = 0;           ///< pixels cut from every side of an image
  float binarise = 0.0F;  ///< pixels above become 1, others 0; 0: grey values stay
  /// unit: [0, 1]; signed: [−1, 1]; standard: mean 0, s.d. 1 over the training pixels; channel: as
  /// standard, each channel by itself. The columns of a series are always taken by themselves.
  std::string normalise = "unit";
  AugmentSettings augment;
  /// none; or images as sequences: rows, pixels, or pixels in one random order (permuted_pixels)
  std::string sequence = "none";
  SeriesSettings series;
  GeneratedSettings generated;
  bool reconstruct = false;    ///< the inputs themselves are wanted, instead of their class
  std::int64_t task_seed = 0;  ///< of generated tasks and of the order of permuted pixels
  Places places;               ///< where they were written; errors begin with it
};
[[nodiscard]] std::span<const Parameter<DataSettings>> data_parameters();

/// Why a key of `data` does nothing with these settings (a window where there is no series, a crop
/// where there are no images); empty: it does something. settings.name is a known data set.
[[nodiscard]] std::string without_effect(const DataSettings& settings, std::string_view key);

/// Refuses settings that miss something or contradict each other, whatever the data are. Errors:
/// Failure::usage.
void check_data_settings(const DataSettings& settings);

/// What the data set asks about its samples with these settings.
[[nodiscard]] Question question_of(const DataSettings& settings);

/// Whether samples are held out for validation, so far as the settings tell.
[[nodiscard]] bool holds_out(const DataSettings& settings);

}  // namespace memtrain
