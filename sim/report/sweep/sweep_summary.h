#pragma once
#include <string>

#include "sim/record/table.h"
#include "sim/report/sweep/sweep_places.h"
#include "sim/report/text_table.h"

namespace memtrain {

/// A sweep for a terminal: the best place of each arm with its costs, then for each place on the
/// axes (seeds together) the last test accuracy of every arm as mean ± s.d., or the mean squared
/// error where there is no accuracy, differences between arms, and the settings that were tuned; of
/// many places the first, and only the accuracies. Then how many points have a result.
[[nodiscard]] std::string sweep_summary(const SweepPlaces& sweep, const TableStyle& style = {});

/// One row a number: a column for each axis, and for each that was tuned (empty for differences,
/// and for arms that it does not act on), then arm,minus,metric,units,mean,std,low,high,n,p,holm_p.
/// `minus` names the second arm of a difference. Metrics are named as in the sweep's table; low and
/// high are the 95 % interval; an unknown value is empty. A place without results has one row with
/// no arm.
[[nodiscard]] Table sweep_summary_rows(const SweepPlaces& sweep);

/// {"points", "with_result", "axes": {KEY: [VALUE, …]}, "tuned": {KEY: [VALUE, …]}, "places":
/// [{"at": {KEY: VALUE}, "points": […], "chosen": {NAME: {KEY: VALUE}} (null: the setting does not
/// act on the arm), "arms": {NAME: {METRIC:
/// {"mean", "std", "low", "high", "n", "values"}}}, "differences":
/// [{"first", "second", "metric", "mean", "low", "high", "pairs", "p", "holm_p", "significant",
/// "significant_among_all"}]}], "best": {NAME: {"place", "at", "equal"}}, "sensitivity": {NAME:
/// {KEY:
/// {"variance_part", "lowest", "highest"}}}}; unknown is null, and a
/// metric of which nothing is known is left out. The best place and the sensitivity
/// are those of the test accuracy, or of the mean squared error.
[[nodiscard]] std::string sweep_summary_json(const SweepPlaces& sweep);

/// A column of the values that an axis has at places.
[[nodiscard]] TextColumn axis_column(const SweepPlaces& sweep, std::size_t axis,
                                     const std::vector<std::size_t>& places);
/// Differences between arms at each place as columns: the axes' values, the pair, the mean with its
/// interval, p and the verdict.
[[nodiscard]] std::vector<TextColumn> place_difference_columns(const SweepPlaces& sweep);
/// The best place of each arm as columns: arm, the axes' values there, mean ± s.d., interval,
/// costs.
[[nodiscard]] std::vector<TextColumn> best_columns(const SweepPlaces& sweep);
/// Which of the tuned settings each arm has at each place as columns, and what they were chosen by;
/// none where nothing was tuned. The first or last of several numbers is marked: better ones may
/// lie beyond. A dash: the setting does not act on the arm.
[[nodiscard]] std::vector<TextColumn> choice_columns(const SweepPlaces& sweep);
/// What each axis has to do with the quality of each arm.
[[nodiscard]] std::vector<TextColumn> sensitivity_columns(const SweepPlaces& sweep);

}  // namespace memtrain
