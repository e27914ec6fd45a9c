#include "sim/report/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/summary.h"

namespace memtrain {

using Json = nlohmann::ordered_json;  // arms stay in the order of the scenario

Json json_number(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

Json to_json(const Spread& spread) {
  return {{"mean", json_number(spread.mean)}, {"std", json_number(spread.std)},
          {"low", json_number(spread.low)},   {"high", json_number(spread.high)},
          {"n", spread.values.size()},        {"values", spread.values}};
}

Json to_json(const PairedTest& test, double holm_p) {
  const bool known = !std::isnan(test.p);
  return {{"mean", json_number(test.mean)},
          {"low", json_number(test.low)},
          {"high", json_number(test.high)},
          {"pairs", test.pairs},
          {"p", json_number(test.p)},
          {"holm_p", json_number(holm_p)},
          {"significant", known ? Json(test.significant) : Json(nullptr)},
          {"significant_among_all",
           known ? Json(test.significant && holm_p <= 1 - confidence) : Json(nullptr)}};
}

namespace {

Json to_json(const ArmSummary& arm) {
  Json cost = Json::object();
  for (const CostTotal& total : arm.cost) cost[total.name] = to_json(total.total);
  return {{"rule", arm.rule},
          {"device", arm.device},
          {"diverged", arm.diverged},
          {"epochs_done", arm.epochs_done},
          {"seeds_done", arm.seeds_done},
          {"test_accuracy", to_json(arm.test_accuracy)},
          {"best_test_accuracy", to_json(arm.best_test_accuracy)},
          {"train_accuracy", to_json(arm.train_accuracy)},
          {"test_loss", to_json(arm.test_loss)},
          {"test_mse", to_json(arm.test_mse)},
          {"best_test_mse", to_json(arm.best_test_mse)},
          {"test_mae", to_json(arm.test_mae)},
          {"test_rse", to_json(arm.test_rse)},
          {"test_corr", to_json(arm.test_corr)},
          {"wall_seconds", to_json(arm.wall_seconds)},
          {"cost", cost}};
}

Json to_json(const Difference& difference) {
  Json out = {
      {"first", difference.first}, {"second", difference.second}, {"metric", difference.metric}};
  out.update(to_json(difference, difference.holm_p));
  return out;
}

}  // namespace

std::string summary_json(const RunSummary& summary) {
  Json arms = Json::object();
  for (const ArmSummary& arm : summary.arms) arms[arm.name] = to_json(arm);
  Json differences = Json::array();
  for (const Difference& difference : summary.differences)
    differences.push_back(to_json(difference));
  Json baselines = Json::array();
  for (const Baseline& baseline : summary.baselines) {
    baselines.push_back({{"name", baseline.name},
                         {"metric", baseline.metric},
                         {"value", json_number(baseline.value)}});
  }
  const Json all = {{"title", summary.title},     {"status", summary.status},
                    {"seeds", summary.seeds},     {"arms", arms},
                    {"differences", differences}, {"baselines", baselines}};
  // titles and names come from files that may not be UTF-8
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace memtrain
