#include "sim/report/run/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/comparison/settings_difference.h"
#include "sim/report/metric_text.h"
#include "sim/report/run/run_figures.h"
#include "sim/report/summary.h"
#include "sim/report/summary_columns.h"

namespace memtrain {
namespace {

std::string facts_of(const RunRecord& record, const std::string& file) {
  return fmt::format("{} · {} · {}, {}, {} epochs · {}", file, status_word(record.status),
                     counted(record.arms.size(), "arm"), counted(record.seeds.size(), "seed"),
                     record.epochs, record.started);
}

/// What stands in the way of taking the numbers as they are.
void report_state(const RunRecord& record, const RunSummary& summary, Page& page) {
  if (record.status == RunStatus::interrupted) {
    page.notice(
        "This run was interrupted: numbers are those so far. It goes on with `memtrain run "
        "SCENARIO --resume`.");
  } else if (record.status == RunStatus::running) {
    page.notice("This run is not over, or was killed: numbers are those so far.");
  }
  for (const ArmSummary& arm : summary.arms) {
    if (arm.diverged) {
      const std::string left = arm.seeds_done == 0
                                   ? "Nothing is told of it but how it came to that."
                                   : fmt::format("Numbers are of the seeds that did not, {} of {}.",
                                                 arm.seeds_done, summary.seeds);
      page.notice(fmt::format("{} diverged: its loss was not a finite number. {}", arm.name, left));
    } else if (arm.seeds_done < summary.seeds) {
      page.notice(fmt::format("{}: {} of {} seeds got as far as is told here.", arm.name,
                              arm.seeds_done, summary.seeds));
    }
  }
  if (summary.seeds == 1) {
    page.notice("One seed: there is no telling differences from chance. List more in train.seeds.");
  }
}

std::string quality_text(const RunSummary& summary, const ArmSummary& arm) {
  const bool percent = !summary.regression;
  const Spread& spread = percent ? arm.test_accuracy : arm.test_mse;
  if (spread.values.empty()) return fmt::format("{} has no result", arm.name);
  return fmt::format("{} {}{}", arm.name, mean_text(spread, percent), percent ? " %" : "");
}

std::string difference_sentence(const Difference& difference) {
  const bool percent = is_percentage(difference.metric);
  const std::string mean =
      fmt::format("{} − {}: {}{}", difference.first, difference.second,
                  change_text(difference.mean, percent), percent ? " points" : "");
  if (difference.no_variance) return mean + " in every seed.";
  return fmt::format("{}, 95 % interval {}, p {}: {}.", mean, interval_text(difference, percent),
                     probability_text(difference.p), verdict_of(difference));
}

/// The answer in a sentence or two.
std::string answer(const RunSummary& summary) {
  constexpr std::size_t most_told = 4;
  std::vector<std::string> told;
  const std::size_t best = best_arm(summary);
  for (std::size_t a = 0; a < summary.arms.size(); ++a) {
    if (summary.arms.size() <= most_told || a == best) {
      told.push_back(quality_text(summary, summary.arms[a]));
    }
  }
  std::string text = fmt::format(
      "{} after training{}: {}.", summary.regression ? "Test MSE" : "Test accuracy",
      summary.arms.size() > most_told ? ", best of " + std::to_string(summary.arms.size()) : "",
      fmt::join(told, ", "));
  if (summary.differences.size() == 1 && summary.differences[0].pairs > 1) {
    text += " " + difference_sentence(summary.differences[0]);
  }
  return text;
}

/// What was compared: settings in which arms are not the same.
void report_arms(const RunRecord& record, Page& page) {
  const std::vector<TextColumn> columns = arm_setting_columns(record);
  if (record.arms.size() < 2 || columns.front().cells.empty()) return;
  page.section("Arms");
  page.text(
      "The settings that all arms have, and in which they differ. Each arm's own are at the end.");
  page.table(columns);
}

void report_answer(const RunRecord& record, const RunSummary& summary, Page& page) {
  page.section("Answer");
  report_state(record, summary, page);
  if (has_quality(summary)) page.lead(answer(summary));
  page.table(arm_columns(summary), best_arm(summary));
  if (const auto views = outcome_views(record)) {
    page.figure(
        {"outcome", "Final numbers",
         "Each arm's mean over seeds with its 95 % interval (Student's t); rings are single "
         "seeds."},
        figure_json(*views));
  }
  if (summary.seeds > 1 && !summary.differences.empty() && has_quality(summary)) {
    const std::vector<Difference> shown = shown_differences(summary);
    page.heading("Differences");
    const std::vector<TextColumn> columns = difference_columns(summary, shown);
    page.table(columns);
    const bool all = shown.size() == summary.differences.size();
    page.text(pairing_note(columns.back().cells) +
              (all ? "" : " More pairs: memtrain summary FILE --format csv."));
  }
  page.table(baseline_columns(summary));
  if (const std::vector<TextColumn> costs = cost_columns(summary); !costs.empty()) {
    page.heading("Cost");
    page.table(costs);
  }
}

void add_figure(const std::optional<Views>& views, const Page::Caption& caption, Page& page) {
  if (views) page.figure(caption, figure_json(*views));
}

void report_training(const RunRecord& record, Page& page) {
  const auto epochs = epoch_views(record);
  const auto layers = layer_views(record);
  if (!epochs && !layers) return;
  page.section("Training");
  if (epoch_stride(record) > 1) {
    page.text(fmt::format("One epoch in {} is drawn, and the last.", epoch_stride(record)));
  }
  page.begin_figures();
  add_figure(
      epochs,
      {"epochs", "Over epochs",
       "Mean over the seeds that got so far and did not diverge. Epoch 0 is before training."},
      page);
  add_figure(layers,
             {"layers", "Layer by layer",
              "The alignment angle is between the rule's weight update and backprop's: below 90° "
              "it goes downhill."},
             page);
  page.end_figures();
}

void report_cost(const RunRecord& record, Page& page) {
  const auto trade_off = trade_off_views(record);
  if (!trade_off) return;
  page.section("Cost");
  page.begin_figures();
  add_figure(trade_off,
             {"trade-off", "How well for how much",
              "Each point is an epoch; the large one is the last. The dashed line is the best that "
              "can be had for what has been spent."},
             page);
  add_figure(cost_views(record),
             {"cost", "What it is made of", "Of all training, means over seeds."}, page);
  add_figure(energy_views(record),
             {"energy", "What uses the energy", "Of all training, means over seeds."}, page);
  add_figure(wear_views(record), {"wear", "How often devices were written", "All seeds together."},
             page);
  page.end_figures();
}

void report_end_state(const RunRecord& record, Page& page) {
  const auto confusion = confusion_views(record);
  const auto weights = weight_views(record);
  const auto conductances = conductance_views(record);
  if (!confusion && !weights && !conductances) return;
  page.section("After training");
  page.begin_figures();
  add_figure(confusion,
             {"confusion", "Confusion matrix", "Test samples by true and predicted class."}, page);
  add_figure(weights, {"weights", "Weights", "Final weights of each layer, all seeds together."},
             page);
  add_figure(
      conductances,
      {"conductances", "Conductances",
       "Devices of each layer, all seeds together, device by device of a cell: of a pair its plus "
       "and its minus, of transfer arrays the slow one first. The last step holds all above."},
      page);
  page.end_figures();
  if (!conductances) {
    page.text(
        "There are no conductances: no device has its range in siemens (device.g_max and "
        "device.g_min).");
  }
}

void report_origin(const RunRecord& record, Page& page) {
  page.section("Scenario and provenance");
  page.table(provenance_columns({{"command", record.command},
                                 {"memtrain", record.version},
                                 {"commit", record.git_commit},
                                 {"host", record.host},
                                 {"threads", std::to_string(record.threads)},
                                 {"started", record.started},
                                 {"finished", record.finished},
                                 {"status", std::string(status_word(record.status))}}));
  page.source("The scenario, with every default", record.scenario);
  for (const ArmRecord& arm : record.arms) {
    page.source("All settings of arm " + arm.name, arm.settings);
  }
}

}  // namespace

std::vector<TextColumn> arm_setting_columns(const RunRecord& record) {
  std::vector<Settings> arms;
  for (const ArmRecord& arm : record.arms) {
    arms.push_back(settings_of(arm.settings).value_or(Settings()));
  }
  std::vector<std::string> differing;
  for (const auto& [key, value] : arms.empty() ? Settings() : arms.front()) {
    const auto has = [&key = key](const Settings& arm) { return arm.contains(key); };
    const auto same = [&key = key, &value = value](const Settings& arm) { return arm.at(key) == value; };
    if (key == "name" || !std::all_of(arms.begin(), arms.end(), has)) continue;
    if (!std::all_of(arms.begin(), arms.end(), same)) differing.push_back(key);
  }
  std::vector<TextColumn> columns = {
      column_of("setting", false, differing, [](const std::string& key) { return key; })};
  for (std::size_t a = 0; a < arms.size(); ++a) {
    columns.push_back(column_of(record.arms[a].name.c_str(), false, differing,
                                [&](const std::string& key) { return arms[a].at(key); }));
  }
  return columns;
}

std::string pairing_note(const std::vector<std::string>& verdicts) {
  std::string note =
      "Paired by seed: arms share data order, initial weights and devices. p is of the paired t "
      "test.";
  const bool corrected = std::any_of(verdicts.begin(), verdicts.end(), [](const auto& verdict) {
    return verdict.starts_with("not among");
  });
  if (corrected) {
    note +=
        " \"Not among\" so many: significant alone, but by Holm's correction chance among that "
        "many comparisons.";
  }
  return note;
}

std::vector<TextColumn> provenance_columns(
    const std::vector<std::pair<std::string, std::string>>& facts) {
  return {column_of("fact", false, facts, [](const auto& fact) { return fact.first; }),
          column_of("value", false, facts, [](const auto& fact) { return fact.second; })};
}

void report_run(const RunRecord& record, const std::string& file, Page& page) {
  const RunSummary summary = summarise(record);
  page.part(record.title.empty() ? file : record.title, facts_of(record, file), file);
  page.text(record.comment);
  report_answer(record, summary, page);
  report_arms(record, page);
  report_training(record, page);
  report_cost(record, page);
  report_end_state(record, page);
  report_origin(record, page);
}

}  // namespace memtrain
