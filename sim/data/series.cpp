#include "sim/data/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/data/prediction_errors.h"

namespace memtrain {
namespace {

Index rounded(double rows) { return static_cast<Index>(std::llround(rows)); }

/// The columns of a series that are predicted.
std::vector<Index> target_columns(const Series& series, const std::string& file,
                                  const std::string& target) {
  std::vector<Index> columns(series.columns.size());
  std::iota(columns.begin(), columns.end(), 0);
  if (target.empty()) return columns;
  const auto at = std::find(series.columns.begin(), series.columns.end(), target);
  if (at != series.columns.end()) return {static_cast<Index>(at - series.columns.begin())};
  const std::vector<std::string_view> names(series.columns.begin(), series.columns.end());
  const std::string near = nearest_name(target, names);
  throw Error(Failure::usage,
              fmt::format("data.target: {} has no column '{}'{} (its columns: {})", file, target,
                          near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                          fmt::join(names, ", ")));
}

/// What a column is shifted and stretched by: (x − centre) / scale.
struct Scaling {
  double centre = 0, scale = 1;
};

template <class Column>
Scaling scaling_of(const Column& training, std::string_view how) {
  Scaling scaling;
  if (how == "unit" || how == "signed") {
    const double low = training.minCoeff();
    const double high = training.maxCoeff();
    scaling =
        how == "unit" ? Scaling{low, high - low} : Scaling{(low + high) / 2, (high - low) / 2};
  } else {
    scaling.centre = training.mean();
    scaling.scale = std::sqrt((training.array() - scaling.centre).square().mean());
  }
  if (scaling.scale <= 0) scaling.scale = 1;
  return scaling;
}

/// The normalised series, a row a step.
Batch normalised(const Series& series, const RowRange& training, std::string_view how) {
  Batch rows(series.values.rows(), series.values.cols());
  for (Index column = 0; column < rows.cols(); ++column) {
    const auto values = series.values.col(column);
    const Scaling scaling = scaling_of(values.segment(training.begin, training.size()), how);
    rows.col(column) = ((values.array() - scaling.centre) / scaling.scale).cast<float>();
  }
  return rows;
}

Batch columns_of(const Batch& rows, const std::vector<Index>& columns) {
  return rows(Eigen::all, columns);
}

/// So many rows from `first` on, one after another in one.
auto rows_in_one(const Batch& rows, Index first, Index count) {
  return Eigen::Map<const Vector>(rows.row(first).data(), count * rows.cols());
}

Samples cut(const Windows& windows, const Batch& inputs, const Batch& targets) {
  Samples samples{.inputs = Batch(windows.count, windows.window * inputs.cols()),
                  .values = Batch(windows.count, windows.targets * targets.cols())};
  for (Index i = 0; i < windows.count; ++i) {
    const Index target = windows.first + i;
    const Index input = target - windows.gap - windows.window + 1;
    samples.inputs.row(i) = rows_in_one(inputs, input, windows.window);
    samples.values.row(i) = rows_in_one(targets, target, windows.targets);
  }
  return samples;
}

/// Refuses a part without samples, and tells what it needs.
void check_part(const std::string& file, const char* name, const RowRange& part,
                const SeriesSettings& settings) {
  const Windows windows = windows_of(part, settings);
  if (windows.count > 0) return;
  // the first part has nothing before it to begin its windows in
  const bool first = part.begin == 0;
  const Index before = first ? settings.window + windows.gap - 1 : 0;
  throw Error(
      Failure::data,
      fmt::format("{}: its {} part has {} rows, but {}data.horizon = {} needs {}", file, name,
                  part.size(), first ? fmt::format("data.window = {} with ", settings.window) : "",
                  settings.horizon, before + windows.targets));
}

void add_baselines(Dataset& data, const Batch& targets, const RowRange& training,
                   const Windows& test) {
  const Vector mean = targets.middleRows(training.begin, training.size()).colwise().mean();
  Batch last(data.test.size(), data.test.values.cols());
  for (Index i = 0; i < last.rows(); ++i) {
    last.row(i) = targets.row(test.first + i - test.gap).replicate(1, test.targets);
  }
  add_baseline(data, "last value", last);
  add_baseline(data, "mean of training", mean.replicate(last.rows(), test.targets));
}

}  // namespace

SeriesParts part_rows(Index rows, const SeriesSettings& settings) {
  const auto all = static_cast<double>(rows);
  const Index train = std::min(rows, rounded(all * static_cast<double>(settings.train_part)));
  const Index test = std::min(rows - train, rounded(all * static_cast<double>(settings.test_part)));
  return {{0, train}, {train, rows - test}, {rows - test, rows}};
}

Windows windows_of(const RowRange& part, const SeriesSettings& settings) {
  const bool all = settings.predict == "all";
  Windows windows{.window = settings.window,
                  .gap = all ? 1 : settings.horizon,
                  .targets = all ? settings.horizon : 1};
  windows.first = std::max(part.begin, windows.window + windows.gap - 1);
  windows.count = std::max<Index>(0, part.end - windows.targets + 1 - windows.first);
  return windows;
}

Dataset series_dataset(const std::string& name, const std::string& file, const Series& series,
                       const DataSettings& settings) {
  const SeriesSettings& how = settings.series;
  const auto target = target_columns(series, file, how.target);
  const SeriesParts parts = part_rows(series.values.rows(), how);
  check_part(file, "training", parts.train, how);
  if (parts.validation.size() > 0) check_part(file, "validation", parts.validation, how);
  check_part(file, "test", parts.test, how);
  const Batch rows = normalised(series, parts.train, settings.normalise);
  constexpr double largest = 1e150;  // whose square is a number
  if (!rows.allFinite() || series.values.cwiseAbs().maxCoeff() > largest) {
    throw Error(Failure::data, fmt::format("{}: its values are too large, or too far from those of "
                                           "its training part, to be normalised",
                                           file));
  }
  const Batch targets = columns_of(rows, target);
  const Batch& inputs = how.inputs == "target" ? targets : rows;
  const Windows test = windows_of(parts.test, how);
  Dataset data{.name = name,
               .features = test.window * inputs.cols(),
               .target = {.values = test.targets * targets.cols()},
               .rows = test.window,
               .columns = 1,
               .channels = inputs.cols(),
               .train = cut(windows_of(parts.train, how), inputs, targets),
               .test = cut(test, inputs, targets)};
  if (parts.validation.size() > 0) {
    data.validation = cut(windows_of(parts.validation, how), inputs, targets);
  }
  keep_first(data.train, settings.train_limit, "data.train_limit");
  keep_first(data.test, settings.test_limit, "data.test_limit");
  add_baselines(data, targets, parts.train, test);
  return data;
}

}  // namespace memtrain
