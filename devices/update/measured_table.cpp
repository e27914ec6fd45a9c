#include "devices/update/measured_table.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/base/csv.h"

namespace memtrain {
namespace {

/// Largest change, as a part of the range of conductances.
constexpr double largest_change = 1e6;

/// The quantiles of the change at one conductance, by normal score.
using Quantiles = std::vector<double>;
/// Those at every measured conductance of one device and direction.
using Curve = std::map<double, Quantiles>;

double score(int which) {
  return MeasuredTable::largest_score * (2.0 * which / (MeasuredTable::scores - 1) - 1.0);
}

Quantiles of_gaussian(double mean, double deviation) {
  Quantiles out;
  for (int s = 0; s < MeasuredTable::scores; ++s) out.push_back(mean + deviation * score(s));
  return out;
}

/// From the points (change, probability) of a cumulative distribution.
Quantiles of_distribution(const std::vector<std::pair<double, double>>& points) {
  Quantiles out;
  for (int s = 0; s < MeasuredTable::scores; ++s) {
    const double probability = 0.5 * std::erfc(-score(s) / std::sqrt(2.0));
    const auto above = std::find_if(points.begin(), points.end(),
                                    [&](const auto& point) { return point.second >= probability; });
    if (above == points.begin()) {
      out.push_back(points.front().first);
    } else if (above == points.end()) {
      out.push_back(points.back().first);
    } else {
      const auto& [x0, p0] = *std::prev(above);
      const auto& [x1, p1] = *above;
      out.push_back(x0 + (x1 - x0) * (probability - p0) / (p1 - p0));
    }
  }
  return out;
}

/// The quantiles at any conductance, linear between the measured ones.
Quantiles between(const Curve& curve, double conductance) {
  const auto above = curve.lower_bound(conductance);
  if (above == curve.begin()) return above->second;
  if (above == curve.end()) return std::prev(above)->second;
  const auto below = std::prev(above);
  const double part = (conductance - below->first) / (above->first - below->first);
  Quantiles out = below->second;
  for (std::size_t s = 0; s < out.size(); ++s) out[s] += (above->second[s] - out[s]) * part;
  return out;
}

/// The curves of one device: up, down.
struct MeasuredDevice {
  Curve direction[2];
};

std::map<std::string, MeasuredDevice> read_devices(const CsvFile& csv) {
  const bool distribution = csv.has("probability");
  csv.require(distribution
                  ? std::vector<std::string>{"direction", "conductance", "change", "probability"}
                  : std::vector<std::string>{"direction", "conductance", "mean", "std"});
  std::map<std::string, MeasuredDevice> devices;
  std::map<std::pair<Curve*, double>, std::vector<std::pair<double, double>>> points;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const std::string& direction = csv.text(row, "direction");
    if (direction != "up" && direction != "down") {
      csv.fail(row, "direction: '" + direction + "' is neither up nor down");
    }
    MeasuredDevice& device = devices[csv.has("device") ? csv.text(row, "device") : ""];
    Curve& curve = device.direction[direction == "up" ? 0 : 1];
    const double conductance = csv.number(row, "conductance");
    if (!distribution) {
      if (csv.number(row, "std") < 0) csv.fail(row, "std: is below 0");
      if (curve.contains(conductance)) {
        csv.fail(row, "conductance: was given before for this direction");
      }
      curve[conductance] = of_gaussian(csv.number(row, "mean"), csv.number(row, "std"));
      continue;
    }
    auto& at = points[{&curve, conductance}];
    at.emplace_back(csv.number(row, "change"), csv.number(row, "probability"));
    const auto& [change, probability] = at.back();
    const bool rises = at.size() < 2 || (at[at.size() - 2].second < probability &&
                                         at[at.size() - 2].first <= change);
    if (!rises || probability < 0 || probability > 1) {
      csv.fail(row, "probability: does not rise from 0 to 1 with the change");
    }
    curve[conductance];
  }
  for (const auto& [where, distribution_points] : points) {
    (*where.first)[where.second] = of_distribution(distribution_points);
  }
  return devices;
}

}  // namespace

MeasuredTable read_measured(const std::string& file) {
  const CsvFile csv(file);
  const auto devices = read_devices(csv);
  MeasuredTable table;
  table.lowest = std::numeric_limits<double>::infinity();
  table.highest = -table.lowest;
  for (const auto& [name, device] : devices) {
    for (const Curve& curve : device.direction) {
      if (curve.size() < 2) {
        csv.fail((name.empty() ? "" : "device '" + name + "': ") +
                 "needs two conductances at least in each direction (up and down)");
      }
      table.lowest = std::min(table.lowest, curve.begin()->first);
      table.highest = std::max(table.highest, std::prev(curve.end())->first);
    }
  }
  if (devices.size() > MeasuredTable::most_devices) {
    csv.fail("has " + std::to_string(devices.size()) + " devices, at most " +
             std::to_string(MeasuredTable::most_devices) + " are read");
  }
  table.devices = static_cast<int>(devices.size());
  table.quantiles.reserve(devices.size() * static_cast<std::size_t>(MeasuredTable::size));
  const double range = table.highest - table.lowest;
  for (const auto& [name, device] : devices) {
    for (const Curve& curve : device.direction) {
      for (int node = 0; node < MeasuredTable::nodes; ++node) {
        const double conductance = table.lowest + range * node / (MeasuredTable::nodes - 1);
        for (const double change : between(curve, conductance)) {
          const double part = change / range;
          if (!(std::abs(part) <= largest_change)) {
            csv.fail("its changes do not fit its range of conductances");
          }
          table.quantiles.push_back(static_cast<float>(part));
        }
      }
    }
  }
  if (!(table.mean_step() > 0.0F)) {
    csv.fail("its pulses do not move the device in the middle of the range");
  }
  return table;
}

float MeasuredTable::mean_step() const {
  double sum = 0;
  for (int device = 0; device < devices; ++device) {
    const std::size_t up = static_cast<std::size_t>(device) * size +
                           static_cast<std::size_t>(nodes / 2 * scores + scores / 2);
    sum += quantiles[up] - quantiles[up + static_cast<std::size_t>(size / 2)];
  }
  return static_cast<float>(0.5 * sum / devices);
}

}  // namespace memtrain
