#pragma once
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/record/metrics.h"
#include "sim/report/statistics.h"

namespace memtrain {

/// An axis of a chart, or what its cells or bars stand for.
struct ChartAxis {
  std::string name;         ///< heading of the values in a table, as the result file has it
  std::string label;        ///< for people
  std::string units = "1";  ///< "1": none
  bool percent = false;     ///< fractions, shown as percent
  bool log = false;
  bool whole = false;              ///< nothing between whole numbers
  std::vector<std::string> names;  ///< of places 0, 1, 2, … where these have no numbers
};

/// A line or a cloud of points. Lists are as long as `x`, or empty.
struct LineSeries {
  std::string name;
  std::vector<double> x, y;
  std::vector<double> std;        ///< of y over seeds
  std::vector<double> low, high;  ///< interval of the mean y
  std::vector<double> n;          ///< how many seeds the mean is of
  std::vector<std::pair<std::string, std::vector<double>>> seeds;  ///< y of each
  bool joined = true;                                              ///< by a line; if not, points
  bool last_only = false;  ///< the last point is the one that counts
  int look = -1;           ///< number of its colour and mark; -1: its place among the series
};
struct LineChart {
  ChartAxis x, y;
  std::vector<LineSeries> series;
  bool steps = false;              ///< y holds from its x to the next: a histogram
  Better front = Better::neither;  ///< of y: draws the best that a smaller x can have
  std::string note;                ///< what has to be known of it
};

/// Bars for each label, put together from the series.
struct BarChart {
  ChartAxis y;
  std::string label;  ///< what the labels are
  std::vector<std::string> labels;
  std::vector<std::pair<std::string, std::vector<double>>> series;
  std::string note;  ///< what has to be known of it
};

/// A value for each pair of places of two axes, which have names; [y][x], NaN: missing.
struct CellChart {
  ChartAxis x, y, value;
  std::vector<std::vector<double>> values;
  bool downwards = false;  ///< the first row is the highest
};

/// A mean with its interval, and what it is made of, for each label.
struct EstimateChart {
  ChartAxis x;
  std::string label;  ///< what the labels are
  std::vector<std::string> labels;
  std::vector<Spread> estimates;
  std::vector<std::string> seeds;  ///< whose values are listed, if they are known by name
  std::vector<std::vector<double>>
      values;  ///< for each label, one a seed; empty: those of the estimates
};

using Chart = std::variant<LineChart, BarChart, CellChart, EstimateChart>;

/// Charts to choose from: one for each combination of options, where there is something to see.
struct Views {
  struct Selector {
    std::string label;
    std::vector<std::string> options;
  };
  std::vector<Selector> selectors;
  std::map<std::vector<std::size_t>, Chart> charts;  ///< by the options' places
};

/// One chart, nothing to choose.
[[nodiscard]] inline Views only(Chart chart) {
  Views views;
  views.charts.emplace(std::vector<std::size_t>{}, std::move(chart));
  return views;
}

/// The data of a figure for its script, as JSON. Numbers keep all their digits; null is NaN.
[[nodiscard]] std::string figure_json(const Views& views);

}  // namespace memtrain
