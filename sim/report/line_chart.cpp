#include "sim/report/line_chart.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/report/chart_library.h"

namespace memtrain {
namespace {

using Json = nlohmann::json;

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

/// JSON that may stand in a script: nothing in it can end the script.
std::string in_script(const Json& json) {
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos;) {
    text.replace(at, 1, "\\u003c");
  }
  return text;
}

Json axis(const std::string& name) {
  return {{"type", "linear"}, {"title", {{"display", true}, {"text", name}}}};
}

Json configuration(const ChartPage& page) {
  // colours that stay apart for colour-blind readers (Okabe & Ito)
  static const std::vector<std::string> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                "#e69f00", "#56b4e9", "#000000"};
  Json sets = Json::array();
  for (std::size_t i = 0; i < page.series.size(); ++i) {
    const ChartSeries& series = page.series[i];
    Json points = Json::array();
    for (const auto& [x, y] : series.points) points.push_back({{"x", x}, {"y", y}});
    const std::string& colour = colours[i % colours.size()];
    sets.push_back({{"label", series.name},
                    {"data", points},
                    {"showLine", series.line},
                    {"borderColor", colour},
                    {"backgroundColor", colour},
                    {"borderWidth", 2},
                    {"order", series.line ? 0 : 1},  // lines lie above dots
                    {"pointRadius", series.line ? 0 : 2}});
  }
  return {{"type", "scatter"},
          {"data", {{"datasets", sets}}},
          {"options",
           {{"animation", false},
            {"scales", {{"x", axis(page.x_axis)}, {"y", axis(page.y_axis)}}},
            {"plugins", {{"legend", {{"position", "top"}}}}}}}};
}

std::string table_html(const std::vector<std::vector<std::string>>& table) {
  if (table.empty()) return {};
  std::string out = "<table>\n";
  for (std::size_t row = 0; row < table.size(); ++row) {
    out += "<tr>";
    const char* cell = row == 0 ? "th" : "td";
    for (const std::string& text : table[row]) {
      out += fmt::format("<{}>{}</{}>", cell, escaped(text), cell);
    }
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

}  // namespace

std::string line_chart_html(const ChartPage& page) {
  return fmt::format(R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{0}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; color: #222 }}
h1 {{ font-size: 1.4em; margin-bottom: 0 }}
p {{ color: #555; margin-top: .3em }}
table {{ border-collapse: collapse; margin-top: 1.5em }}
th, td {{ border-bottom: 1px solid #ddd; padding: .25em .9em; text-align: left }}
</style></head><body>
<h1>{0}</h1>
<p>{1}</p>
<canvas id="chart" height="120"></canvas>
{2}<script>{3}</script>
<script>new Chart(document.getElementById("chart"), {4});</script>
</body></html>
)",
                     escaped(page.title), escaped(page.subtitle), table_html(page.table),
                     chart_library(), in_script(configuration(page)));
}

}  // namespace memtrain
