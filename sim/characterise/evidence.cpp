#include "sim/characterise/evidence.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace memtrain {
namespace {

bool stays_at(const std::vector<double>& weights, double extreme, double range) {
  return std::count_if(weights.begin(), weights.end(),
                       [&](double w) { return std::abs(w - extreme) < 1e-6 * range; }) >= 4;
}

}  // namespace

Evidence gather_evidence(const MeasuredCurve& curve) {
  constexpr int bins_of_range = 120;
  Evidence e;
  const bool ensemble = !curve.spread.empty();
  const std::vector<double>& tops = ensemble ? curve.largest : curve.weight;
  const std::vector<double>& bottoms = ensemble ? curve.smallest : curve.weight;
  e.highest = *std::max_element(tops.begin(), tops.end());
  e.lowest = *std::min_element(bottoms.begin(), bottoms.end());
  const double range = e.highest - e.lowest;
  e.upper_bound_seen = stays_at(tops, e.highest, range);
  e.lower_bound_seen = stays_at(bottoms, e.lowest, range);
  double square = 0;
  double n = 0;
  for (std::size_t i = 1; i < curve.weight.size(); ++i) {
    if (curve.pulses[i] == 0) continue;
    const double step = (curve.weight[i] - curve.weight[i - 1]) / curve.pulses[i];
    square += step * step;
    ++n;
  }
  // near a bound that was seen, it cuts changes off: they say nothing of the step
  const double typical = n > 0 ? std::sqrt(square / n) : 0;
  const double margin = 4.0 * typical;
  std::map<std::pair<int, int>, std::vector<std::pair<double, double>>> found;
  for (std::size_t i = 1; i < curve.weight.size(); ++i) {
    const int pulses = curve.pulses[i];
    if (pulses == 0) continue;
    const double w = curve.weight[i - 1];
    const double reach = margin * std::abs(pulses);
    if (ensemble) {
      const bool cut =
          (e.upper_bound_seen && std::max(tops[i - 1], tops[i]) > e.highest - 1e-6 * range) ||
          (e.lower_bound_seen && std::min(bottoms[i - 1], bottoms[i]) < e.lowest + 1e-6 * range);
      if (cut) continue;
      e.kept.push_back(i);
    }
    if (!ensemble && e.upper_bound_seen && w > e.highest - reach &&
        (pulses > 0 || w > e.highest - 0.25 * reach)) {
      if (pulses > 0 || std::abs(w - e.highest) > 1e-6 * range) continue;
    }
    if (!ensemble && e.lower_bound_seen && w < e.lowest + reach &&
        (pulses < 0 || w < e.lowest + 0.25 * reach)) {
      if (pulses < 0 || std::abs(w - e.lowest) > 1e-6 * range) continue;
    }
    const int bin =
        std::min(static_cast<int>((w - e.lowest) / range * bins_of_range), bins_of_range - 1);
    found[{pulses, bin}].emplace_back(w, curve.weight[i] - w);
  }
  double up = 0, ups = 0, down = 0, downs = 0;
  for (const auto& [key, points] : found) {
    Bin bin{.pulses = key.first, .count = static_cast<double>(points.size())};
    for (const auto& [w, change] : points) {
      bin.weight += w / bin.count;
      bin.change += change / bin.count;
    }
    for (const auto& [w, change] : points) {
      bin.variance += (change - bin.change) * (change - bin.change) / bin.count;
    }
    (bin.pulses > 0 ? up : down) += bin.change / bin.pulses * bin.count;
    (bin.pulses > 0 ? ups : downs) += bin.count;
    e.bins.push_back(bin);
  }
  e.step_up = ups > 0 ? up / ups : 0;
  e.step_down = downs > 0 ? down / downs : 0;
  return e;
}

}  // namespace memtrain
