#pragma once
#include <string>
#include <vector>

#include "sim/data/dataset.h"

namespace memtrain {

/// A time series: names of its columns, and its values [rows × columns], a row a step.
struct Series {
  std::vector<std::string> columns;
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values;
};

/// Rows [begin, end) of a series.
struct RowRange {
  Index begin = 0, end = 0;
  [[nodiscard]] Index size() const { return end - begin; }
};

/// The parts of a series, one after another.
struct SeriesParts {
  RowRange train, validation, test;
};
/// The first train_part of so many rows, the last test_part, each rounded to whole rows, and what
/// lies between.
[[nodiscard]] SeriesParts part_rows(Index rows, const SeriesSettings& settings);

/// Where the samples of a part lie. Targets of sample i are the rows [first + i, first + i +
/// targets) with first + i + targets ≤ the part's end, so every row of the part that has enough
/// rows before it is a target. Its inputs are the `window` rows up to first + i − gap; they may lie
/// in the part before.
struct Windows {
  Index window = 1;
  Index gap = 1;      ///< from the last input row to the first target row
  Index targets = 1;  ///< rows that are predicted
  Index first = 0;    ///< the first sample's first target row
  Index count = 0;    ///< samples; may be 0
};
[[nodiscard]] Windows windows_of(const RowRange& part, const SeriesSettings& settings);

/// A data set of the windows of a series: sequences of `window` steps with the input columns as
/// channels; targets are the target columns, row after row. Every column is normalised by its
/// training rows: mean 0 and s.d. 1 (standard, channel), or their smallest and largest value to
/// [0, 1] (unit) or [−1, 1] (signed); a column that is constant there only loses its mean or
/// smallest value. Baselines: the last value, and the mean of the training rows. `file` is for
/// messages. Errors: Failure::data where a part has too few rows, saying how many it needs;
/// Failure::usage for an unknown target column and for limits beyond the data.
[[nodiscard]] Dataset series_dataset(const std::string& name, const std::string& file,
                                     const Series& series, const DataSettings& settings);

}  // namespace memtrain
