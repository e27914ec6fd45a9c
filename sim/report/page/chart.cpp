#include "sim/report/page/chart.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace memtrain {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const ChartAxis& axis) {
  Json json = {{"name", axis.name}, {"label", axis.label}, {"units", axis.units}};
  if (axis.percent) json["percent"] = true;
  if (axis.log) json["log"] = true;
  if (axis.whole) json["whole"] = true;
  if (!axis.names.empty()) json["names"] = axis.names;
  return json;
}

Json to_json(const LineSeries& series) {
  Json json = {{"name", series.name}, {"joined", series.joined}, {"x", series.x}, {"y", series.y}};
  if (series.last_only) json["last_only"] = true;
  if (series.look >= 0) json["look"] = series.look;
  if (!series.std.empty()) json["std"] = series.std;
  if (!series.low.empty()) json["low"] = series.low;
  if (!series.high.empty()) json["high"] = series.high;
  if (!series.n.empty()) json["n"] = series.n;
  for (const auto& [seed, values] : series.seeds) json["seeds"][seed] = values;
  return json;
}

Json to_json(const LineChart& chart) {
  Json series = Json::array();
  for (const LineSeries& each : chart.series) series.push_back(to_json(each));
  Json json = {{"kind", "lines"},
               {"x", to_json(chart.x)},
               {"y", to_json(chart.y)},
               {"steps", chart.steps},
               {"series", series}};
  if (!chart.note.empty()) json["note"] = chart.note;
  if (chart.front != Better::neither) json["front"] = chart.front == Better::high ? "high" : "low";
  return json;
}

Json to_json(const BarChart& chart) {
  Json series = Json::array();
  for (const auto& [name, values] : chart.series) series.push_back({{"name", name}, {"y", values}});
  Json json = {{"kind", "bars"},
               {"y", to_json(chart.y)},
               {"label", chart.label},
               {"labels", chart.labels},
               {"series", series}};
  if (!chart.note.empty()) json["note"] = chart.note;
  return json;
}

Json to_json(const CellChart& chart) {
  return {{"kind", "cells"},        {"x", to_json(chart.x)},
          {"y", to_json(chart.y)},  {"value", to_json(chart.value)},
          {"values", chart.values}, {"downwards", chart.downwards}};
}

Json to_json(const EstimateChart& chart) {
  Json json = {{"kind", "estimates"},
               {"x", to_json(chart.x)},
               {"label", chart.label},
               {"labels", chart.labels}};
  for (const Spread& estimate : chart.estimates) {
    json["mean"].push_back(estimate.mean);
    json["std"].push_back(estimate.std);
    json["low"].push_back(estimate.low);
    json["high"].push_back(estimate.high);
    json["values"].push_back(estimate.values);
  }
  if (!chart.seeds.empty()) {
    json["seeds"] = chart.seeds;
    json["values"] = chart.values;
  }
  return json;
}

}  // namespace

std::string figure_json(const Views& views) {
  Json selectors = Json::array();
  for (const Views::Selector& selector : views.selectors) {
    selectors.push_back({{"label", selector.label}, {"options", selector.options}});
  }
  Json charts = Json::object();
  for (const auto& [options, chart] : views.charts) {
    charts[fmt::format("{}", fmt::join(options, ","))] =
        std::visit([](const auto& kind) { return to_json(kind); }, chart);
  }
  // names come from files that may not be UTF-8
  return Json{{"selectors", selectors}, {"views", charts}}.dump(-1, ' ', false,
                                                                Json::error_handler_t::replace);
}

}  // namespace memtrain
