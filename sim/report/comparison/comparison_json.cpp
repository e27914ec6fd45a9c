#include <nlohmann/json.hpp>

#include "sim/report/comparison/comparison.h"
#include "sim/report/json.h"

namespace memtrain {
namespace {

using Json = nlohmann::ordered_json;  // arms and metrics stay in their order

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json to_json(const RunOrigin& origin) {
  return {{"file", origin.file},
          {"memtrain_version", origin.version},
          {"git_commit", origin.git_commit},
          {"host", origin.host},
          {"threads", origin.threads},
          {"status", status_word(origin.status)},
          {"title", origin.title},
          {"seeds", origin.seeds}};
}

Json to_json(const SettingDifference& setting) {
  return {{"key", setting.key},
          {"arm", setting.arms ? Json(name_of(*setting.arms)) : Json(nullptr)},
          {"a", text_or_null(setting.a)},
          {"b", text_or_null(setting.b)}};
}

Json to_json(const ArmComparison& arm) {
  Json metrics = Json::object();
  for (const MetricComparison& metric : arm.metrics) {
    metrics[metric.name] = {{"a", memtrain::to_json(metric.a)},
                            {"b", memtrain::to_json(metric.b)},
                            {"difference", memtrain::to_json(metric.difference, metric.holm_p)}};
  }
  return {{"a", arm.arms.a}, {"b", arm.arms.b}, {"same", arm.same}, {"metrics", metrics}};
}

template <class Item>
Json list_of(const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& item : items) list.push_back(to_json(item));
  return list;
}

}  // namespace

std::string comparison_json(const RunComparison& comparison) {
  const Json all = {{"a", to_json(comparison.a)},
                    {"b", to_json(comparison.b)},
                    {"only_in_a", comparison.only_in_a},
                    {"only_in_b", comparison.only_in_b},
                    {"settings", list_of(comparison.settings)},
                    {"settings_unknown", comparison.settings_unknown},
                    {"arms", list_of(comparison.arms)}};
  // titles and names come from files that may not be UTF-8
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace memtrain
