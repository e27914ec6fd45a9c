#include "sim/sweep/same_data.h"

#include <fmt/format.h>

#include <map>
#include <new>

#include "sim/base/error.h"
#include "sim/run/checkpoint.h"

namespace memtrain {
namespace {

/// A point's values on the axes that change the samples: points with the same ones share their
/// data.
std::vector<std::uint32_t> place_of_data(const Plan& plan, std::size_t point) {
  std::vector<std::uint32_t> place;
  for (std::size_t a = 0; a < plan.axes.size(); ++a) {
    if (plan.axes[a].changes_data()) place.push_back(plan.point(point)[a]);
  }
  return place;
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
  std::map<std::vector<std::uint32_t>, std::string> fingerprints;  // by place_of_data
  for (const SweepRow& row : rows) {
    if (row.data.empty()) continue;
    const auto [at, is_new] = fingerprints.try_emplace(place_of_data(plan, row.point));
    std::string& now = at->second;
    if (is_new) now = fingerprint_now(plan, row.point);
    if (now.empty() || now == row.data) continue;
    throw Error(
        Failure::data,
        not_of_sweep(folder.result(row.point).string(),
                     fmt::format("it was made with other data: {} there, {} here", row.data, now)));
  }
}

std::string mixed_data(const Plan& plan, const SweepFolder& folder,
                       const std::vector<SweepRow>& rows) {
  std::map<std::vector<std::uint32_t>, const SweepRow*> first;  // by place_of_data
  for (const SweepRow& row : rows) {
    if (row.data.empty()) continue;
    const SweepRow& other = *first.try_emplace(place_of_data(plan, row.point), &row).first->second;
    if (other.data == row.data) continue;
    return fmt::format("{} was made with other data than {}: {}, not {}",
                       folder.result(row.point).string(), folder.result(other.point).string(),
                       row.data, other.data);
  }
  return "";
}

}  // namespace memtrain
