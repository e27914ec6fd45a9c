#include "sim/sweep/same_data.h"

#include <fmt/format.h>

#include <map>
#include <new>

#include "sim/base/error.h"
#include "sim/run/checkpoint.h"

namespace memtrain {
namespace {

/// The axes that change the samples: points with the same values on them share their data.
std::vector<std::size_t> data_axes(const Plan& plan) {
  std::vector<std::size_t> axes;
  for (std::size_t a = 0; a < plan.axes.size(); ++a) {
    if (plan.axes[a].changes_data()) axes.push_back(a);
  }
  return axes;
}

/// Of the data that a point has now; empty where they cannot be loaded, which the points that are
/// run say themselves.
std::string fingerprint_now(const Plan& plan, std::size_t point) {
  try {
    const Scenario scenario = read_scenario(plan.scenario, plan.overrides(point));
    return data_fingerprint(load_dataset(scenario.data, plan.data_dir));
  } catch (const Error&) {
    return "";
  } catch (const std::bad_alloc&) {
    return "";
  }
}

}  // namespace

void require_same_data(const Plan& plan, const SweepFolder& folder,
                       const std::vector<SweepRow>& rows) {
  const std::vector<std::size_t> axes = data_axes(plan);
  std::map<std::vector<std::uint32_t>, std::string> fingerprints;  // by the values on these axes
  for (const SweepRow& row : rows) {
    if (row.data.empty()) continue;
    std::vector<std::uint32_t> place;
    for (const std::size_t a : axes) place.push_back(plan.point(row.point)[a]);
    const auto [at, is_new] = fingerprints.try_emplace(place);
    std::string& now = at->second;
    if (is_new) now = fingerprint_now(plan, row.point);
    if (now.empty() || now == row.data) continue;
    throw Error(
        Failure::data,
        not_of_sweep(folder.result(row.point).string(),
                     fmt::format("it was made with other data: {} there, {} here", row.data, now)));
  }
}

}  // namespace memtrain
