#pragma once
#include <string>
#include <utility>
#include <vector>

namespace memtrain {

/// One set of points of a chart.
struct ChartSeries {
  std::string name;
  std::vector<std::pair<double, double>> points;  ///< x, y
  bool line = true;                               ///< joined by a line; if not, dots
};

/// A page with one chart and a table below it.
struct ChartPage {
  std::string title, subtitle, x_axis, y_axis;
  std::vector<ChartSeries> series;
  std::vector<std::vector<std::string>> table;  ///< first row: headings; empty: none
};

/// A self-contained HTML page that opens offline (Chart.js is in it).
[[nodiscard]] std::string line_chart_html(const ChartPage& page);

}  // namespace memtrain
