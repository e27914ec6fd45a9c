#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/page/metric_axis.h"
#include "sim/report/run/run_figures.h"
#include "sim/report/summary.h"

namespace memtrain {
namespace {

/// The epochs that are drawn.
std::vector<std::size_t> drawn_epochs(const RunRecord& record, const ArmRecord& arm) {
  std::size_t count = 0;
  for (const SeedRecord& seed : arm.seeds) count = std::max(count, seed.epochs.size());
  const std::size_t stride = epoch_stride(record);
  std::vector<std::size_t> epochs;
  for (std::size_t epoch = 0; epoch < count; epoch += stride) epochs.push_back(epoch);
  if (count > 0 && epochs.back() + 1 != count) epochs.push_back(count - 1);
  return epochs;
}

/// One value after an epoch of each seed, as `value` finds it; NaN where a seed was not so far.
template <class Value>
std::vector<double> over_seeds(const ArmRecord& arm, std::size_t epoch, Value value) {
  std::vector<double> values;
  for (const SeedRecord& seed : arm.seeds) {
    values.push_back(epoch < seed.epochs.size() ? value(seed.epochs[epoch]) : not_reached);
  }
  return values;
}

/// The values without those of seeds that diverged, unless all did: then they are all there is.
std::vector<double> without_diverged(const ArmRecord& arm, std::vector<double> values) {
  const auto diverged = [](const SeedRecord& seed) { return seed.diverged; };
  if (std::all_of(arm.seeds.begin(), arm.seeds.end(), diverged)) return values;
  for (std::size_t s = 0; s < values.size(); ++s) {
    if (arm.seeds[s].diverged) values[s] = not_reached;
  }
  return values;
}

/// The values as a line over epochs, with their spread over seeds.
template <class Value>
LineSeries line_over_epochs(const RunRecord& record, const ArmRecord& arm, const std::string& name,
                            Value value) {
  LineSeries line{.name = name};
  const bool several = record.seeds.size() > 1;
  if (several) {
    for (const std::int64_t seed : record.seeds) line.seeds.push_back({std::to_string(seed), {}});
  }
  for (const std::size_t epoch : drawn_epochs(record, arm)) {
    const std::vector<double> values = over_seeds(arm, epoch, value);
    const Spread spread = spread_of(without_diverged(arm, values));
    line.x.push_back(static_cast<double>(epoch));
    line.y.push_back(spread.mean);
    if (!several) continue;
    line.std.push_back(spread.std);
    line.low.push_back(spread.low);
    line.high.push_back(spread.high);
    line.n.push_back(static_cast<double>(spread.values.size()));
    for (std::size_t s = 0; s < values.size(); ++s) line.seeds[s].second.push_back(values[s]);
  }
  return line;
}

bool has_values(const LineSeries& line) {
  return std::any_of(line.y.begin(), line.y.end(), [](double y) { return std::isfinite(y); });
}

/// Whether anything of a line is not 0: costs that nobody has, and faults without any, are left
/// out.
bool says_something(const LineSeries& line) {
  return std::any_of(line.y.begin(), line.y.end(),
                     [](double y) { return std::isfinite(y) && y != 0; });
}

ChartAxis epoch_axis() { return {.name = "epoch", .label = "epoch", .whole = true}; }

bool is_cost(const Metric<EpochRecord>& metric) {
  return std::string_view(metric.path).starts_with(cost_group);
}

/// The metrics in the order in which people ask for them: what was tested, then the rest.
std::vector<Metric<EpochRecord>> asked_for() {
  const auto all = epoch_metrics();
  std::vector<Metric<EpochRecord>> metrics(all.begin(), all.end());
  const auto rank = [](const Metric<EpochRecord>& metric) {
    const std::string_view path = metric.path;
    return path == "test_accuracy" || path == "test_mse" ? 0
           : path.starts_with("test_")                   ? 1
           : is_cost(metric)                             ? 3
                                                         : 2;
  };
  std::stable_sort(metrics.begin(), metrics.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return metrics;
}

/// What is paid for training, what people ask for first.
std::vector<Metric<EpochRecord>> prices() {
  std::vector<Metric<EpochRecord>> found;
  for (const auto& metric : epoch_metrics()) {
    const std::string_view path = metric.path;
    const bool price = is_cost(metric) || path == "wall_seconds";
    if (price && metric.better == Better::low) found.push_back(metric);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return cost_rank(a.path) < cost_rank(b.path);
  });
  return found;
}

/// The epochs that every seed which counts has reached.
std::size_t common_epochs(const ArmRecord& arm) {
  std::size_t epochs = 0;
  for (const SeedRecord& seed : arm.seeds) {
    if (!seed_counts(arm, seed)) continue;
    epochs = epochs == 0 ? seed.epochs.size() : std::min(epochs, seed.epochs.size());
  }
  return epochs;
}

/// How well an arm did for what it had cost: after epochs, of the seeds that count, and at last.
LineSeries trade_off_line(const RunRecord& record, const ArmRecord& arm,
                          const Metric<EpochRecord>& quality, const Metric<EpochRecord>& cost) {
  LineSeries line{.name = arm.name, .last_only = true};
  const auto add = [&](const std::vector<double>& costs, const std::vector<double>& qualities) {
    const Spread x = spread_of(costs), y = spread_of(qualities);
    if (!(x.mean > 0) || std::isnan(y.mean)) return;  // nothing was paid yet, or nothing known
    line.x.push_back(x.mean);
    line.y.push_back(y.mean);
    line.std.push_back(y.std);
    line.low.push_back(y.low);
    line.high.push_back(y.high);
  };
  for (const std::size_t epoch : drawn_epochs(record, arm)) {
    if (epoch + 1 >= common_epochs(arm)) break;
    const auto values = [&](double EpochRecord::*metric) {
      std::vector<double> found;
      for (const SeedRecord& seed : arm.seeds) {
        found.push_back(seed_counts(arm, seed) ? seed.epochs[epoch].*metric : not_reached);
      }
      return found;
    };
    add(values(cost.value), values(quality.value));
  }
  add(final_values(arm, cost.value), final_values(arm, quality.value));
  return line;
}

std::optional<Views> unless_empty(Views views) {
  if (views.charts.empty()) return std::nullopt;
  return views;
}

}  // namespace

std::size_t epoch_stride(const RunRecord& record) {
  constexpr Index most_drawn = 400;
  return static_cast<std::size_t>(std::max<Index>(1, (record.epochs + most_drawn) / most_drawn));
}

std::optional<Views> outcome_views(const RunRecord& record) {
  Views views{.selectors = {{"metric", {}}}};
  std::vector<std::string>& options = views.selectors[0].options;
  for (const auto& metric : asked_for()) {
    EstimateChart chart{.x = metric_axis(metric), .label = "arm", .labels = arm_names(record)};
    for (const std::int64_t seed : record.seeds) chart.seeds.push_back(std::to_string(seed));
    for (const ArmRecord& arm : record.arms) {
      chart.values.push_back(final_values(arm, metric.value));
      chart.estimates.push_back(spread_of(chart.values.back()));
    }
    const bool told = std::any_of(chart.estimates.begin(), chart.estimates.end(),
                                  [](const Spread& spread) { return spread.mean != 0; });
    const bool known = std::any_of(chart.estimates.begin(), chart.estimates.end(),
                                   [](const Spread& spread) { return !std::isnan(spread.mean); });
    if (!known || (is_cost(metric) && !told)) continue;
    views.charts[{options.size()}] = std::move(chart);
    options.push_back(metric_words(metric.path));
  }
  return unless_empty(std::move(views));
}

std::optional<Views> epoch_views(const RunRecord& record) {
  Views views{.selectors = {{"metric", {}}}};
  std::vector<std::string>& options = views.selectors[0].options;
  for (const auto& metric : asked_for()) {
    LineChart chart{.x = epoch_axis(), .y = metric_axis(metric)};
    int look = 0;
    for (const ArmRecord& arm : record.arms) {
      LineSeries line = line_over_epochs(
          record, arm, arm.name, [&](const EpochRecord& epoch) { return epoch.*metric.value; });
      line.look = look++;
      if (has_values(line)) chart.series.push_back(std::move(line));
    }
    if (chart.series.empty()) continue;
    if (is_cost(metric) && std::none_of(chart.series.begin(), chart.series.end(), says_something)) {
      continue;
    }
    views.charts[{options.size()}] = std::move(chart);
    options.push_back(metric_words(metric.path));
  }
  return unless_empty(std::move(views));
}

std::optional<Views> layer_views(const RunRecord& record) {
  Views views{.selectors = {{"metric", {}}, {"arm", arm_names(record)}}};
  std::vector<std::string>& options = views.selectors[0].options;
  for (const auto& metric : layer_metrics()) {
    bool any = false;
    for (std::size_t a = 0; a < record.arms.size(); ++a) {
      const ArmRecord& arm = record.arms[a];
      LineChart chart{.x = epoch_axis(), .y = metric_axis(metric)};
      for (std::size_t l = 0; l < arm.layers.size(); ++l) {
        LineSeries line =
            line_over_epochs(record, arm, arm.layers[l].name, [&](const EpochRecord& epoch) {
              return l < epoch.layers.size() ? epoch.layers[l].*metric.value : not_reached;
            });
        if (has_values(line)) chart.series.push_back(std::move(line));
      }
      if (std::none_of(chart.series.begin(), chart.series.end(), says_something)) continue;
      views.charts[{options.size(), a}] = std::move(chart);
      any = true;
    }
    if (any) options.push_back(metric_words(metric.path));
  }
  return unless_empty(std::move(views));
}

std::optional<Views> trade_off_views(const RunRecord& record) {
  const auto metrics = asked_for();
  Views views{.selectors = {{"for", {}}, {"how well", {}}}};
  for (const auto& cost : prices()) {
    bool any = false;
    std::size_t place = 0;
    for (const auto& quality : metrics) {
      if (!std::string_view(quality.path).starts_with("test_")) continue;
      LineChart chart{.x = metric_axis(cost), .y = metric_axis(quality), .front = quality.better};
      double least = INFINITY, most = 0;
      std::vector<std::string> dropped;
      int look = 0;
      for (const ArmRecord& arm : record.arms) {
        LineSeries line = trade_off_line(record, arm, quality, cost);
        line.look = look++;
        if (line.x.empty()) {
          dropped.push_back(arm.name);
          continue;
        }
        least = std::min(least, line.x.front());
        most = std::max(most, line.x.back());
        chart.series.push_back(std::move(line));
      }
      if (chart.series.empty()) continue;
      chart.x.log = wants_logarithm(least, most);
      chart.note = note_of_dropped(dropped);
      auto& qualities = views.selectors[1].options;
      if (place == qualities.size()) qualities.push_back(metric_words(quality.path));
      views.charts[{views.selectors[0].options.size(), place++}] = std::move(chart);
      any = true;
    }
    if (any) views.selectors[0].options.push_back(metric_words(cost.path));
  }
  return unless_empty(std::move(views));
}

}  // namespace memtrain
