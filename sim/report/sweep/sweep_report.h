#pragma once
#include <string>

#include "sim/record/run_record.h"
#include "sim/report/page/page.h"
#include "sim/report/sweep/sweep_places.h"

namespace memtrain {

/// What a page tells of a sweep beside its numbers.
struct SweepOrigin {
  std::string folder;  ///< what it is called
  std::string title;   ///< of the scenario
  const Plan* plan = nullptr;
  const std::vector<SweepRow>* rows = nullptr;
  RunRecord first;  ///< of its first point with a result: who ran it, and where; empty without any
};

/// Tells a sweep on a page: its question, the best places, how metrics go over the axes, what each
/// axis has to do with it, what it cost, which points have no result, and what was run.
void report_sweep(const SweepPlaces& sweep, const SweepOrigin& origin, Page& page);

}  // namespace memtrain
