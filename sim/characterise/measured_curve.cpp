#include "sim/characterise/measured_curve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/base/csv.h"

namespace memtrain {
namespace {

constexpr std::size_t fewest_pulses = 10;
/// What values differ by whose squares are numbers.
constexpr double smallest_range = 1e-150, largest_range = 1e150;
/// Between two readings.
constexpr double most_pulses = 1e6;

std::string value_column(const CsvFile& csv) {
  for (const char* column : {"conductance", "weight", "mean"}) {
    if (csv.has(column)) return column;
  }
  csv.fail("has no column 'conductance' (or 'weight', or 'mean')");
}

/// The part of a cycle, from phase `first` on and `length` long, in which the weight goes up: the
/// stretch of the circle with the largest sum of mean changes.
struct UpPart {
  std::size_t first = 0, length = 0;
};

UpPart largest_rise(const std::vector<double>& mean_change) {
  const std::size_t n = mean_change.size();
  UpPart best;
  double largest = 0;
  for (std::size_t first = 0; first < n; ++first) {
    double sum = 0;
    for (std::size_t length = 1; length < n; ++length) {
      sum += mean_change[(first + length - 1) % n];
      if (sum > largest) largest = sum, best = {first, length};
    }
  }
  return best;
}

/// How much of the changes is left unexplained if pulses in that part of every cycle go up and the
/// others down: the sum of squares around the means of changes of one direction and about one
/// weight.
double unexplained(const MeasuredCurve& curve, const std::vector<double>& change,
                   std::size_t period, std::size_t first, std::size_t length) {
  constexpr std::size_t bins = 40;
  const auto [lowest, highest] = std::minmax_element(curve.weight.begin(), curve.weight.end());
  std::array<std::array<double, 3>, 2 * bins> sums{};
  for (std::size_t i = 1; i < change.size(); ++i) {
    const double part = (curve.weight[i - 1] - *lowest) / (*highest - *lowest);
    const std::size_t bin = std::min(static_cast<std::size_t>(part * bins), bins - 1);
    const bool up = (i % period + period - first) % period < length;
    auto& sum = sums[up ? bin : bins + bin];
    sum[0] += 1;
    sum[1] += change[i];
    sum[2] += change[i] * change[i];
  }
  double left = 0;
  for (const auto& [n, s, square] : sums) left += n > 0 ? square - s * s / n : 0;
  return left;
}

/// Moves the two turning points of a cycle to where they explain most, in ever smaller steps.
/// Returns what is left unexplained.
double move_turns(const MeasuredCurve& curve, const std::vector<double>& change, std::size_t period,
                  UpPart& part) {
  double least = unexplained(curve, change, period, part.first, part.length);
  const auto circle = static_cast<std::ptrdiff_t>(period);
  std::ptrdiff_t window = circle / 2;
  for (std::ptrdiff_t stride = std::max<std::ptrdiff_t>(circle / 40, 1);;
       stride = std::max<std::ptrdiff_t>(stride / 6, 1)) {
    for (int round = 0; round < 4; ++round) {
      const UpPart from = part;
      for (std::ptrdiff_t by = -window; by <= window; by += stride) {
        // the end stays where it is while the beginning moves, and then the other way round
        const auto length = static_cast<std::ptrdiff_t>(from.length) + (round % 2 == 0 ? -by : by);
        const auto first = static_cast<std::ptrdiff_t>(from.first) + (round % 2 == 0 ? by : 0);
        if (length < 1 || length >= circle) continue;
        const UpPart moved{static_cast<std::size_t>((first + circle) % circle),
                           static_cast<std::size_t>(length)};
        const double left = unexplained(curve, change, period, moved.first, moved.length);
        if (left < least) least = left, part = moved;
      }
    }
    if (stride == 1) return least;
    window = 2 * stride;
  }
}

/// The length after which the weight repeats itself best; 0 if it does not.
std::size_t period_of(const std::vector<double>& weight) {
  const std::size_t n = weight.size();
  constexpr std::size_t longest_cycle = 4000;
  double mean = 0;
  for (const double w : weight) mean += w / static_cast<double>(n);
  const auto correlation = [&](std::size_t lag) {
    double sum = 0;
    double square = 1e-300;
    for (std::size_t i = 0; i + lag < n; ++i) {
      sum += (weight[i] - mean) * (weight[i + lag] - mean);
      square += 0.5 * ((weight[i] - mean) * (weight[i] - mean) +
                       (weight[i + lag] - mean) * (weight[i + lag] - mean));
    }
    return sum / square;
  };
  std::vector<double> at;
  for (std::size_t lag = 0; lag <= std::min(n / 3, longest_cycle); ++lag) {
    at.push_back(correlation(lag));
  }
  const auto below = std::find_if(at.begin(), at.end(), [](double r) { return r < 0; });
  if (below == at.end()) return 0;
  const double highest = *std::max_element(below, at.end());
  if (highest < 0.5) return 0;
  const auto first = std::find_if(below, at.end(), [&](double r) { return r > 0.9 * highest; });
  // from there up to the top of this peak, which noise makes uneven
  const auto peak = std::min((first - at.begin()) / 4 + 1, at.end() - first);
  return static_cast<std::size_t>(std::max_element(first, first + peak) - at.begin());
}

/// If the pulses go in cycles of one length, noise averages out over the cycles: the turning points
/// are then found from the mean cycle. `change` is that of every reading.
void refine_by_cycles(MeasuredCurve& curve, const std::vector<double>& change) {
  // a gap: nothing goes round
  if (std::count(curve.pulses.begin() + 1, curve.pulses.end(), 0) > 0) return;
  const std::size_t about = period_of(curve.weight);
  if (about == 0) return;
  UpPart best;
  std::size_t period = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t p = std::max<std::size_t>(about, 6) - 3; p <= about + 3; ++p) {
    std::vector<double> sum(p, 0.0);
    std::vector<double> count(p, 0.0);
    for (std::size_t i = 1; i < change.size(); ++i) {
      sum[i % p] += change[i];
      ++count[i % p];
    }
    for (std::size_t phase = 0; phase < p; ++phase) sum[phase] /= std::max(count[phase], 1.0);
    UpPart found = largest_rise(sum);
    const double left = move_turns(curve, change, p, found);
    if (left < least) least = left, best = found, period = p;
  }
  if (period == 0) return;
  for (std::size_t i = 1; i < curve.pulses.size(); ++i) {
    const std::size_t phase = (i % period + period - best.first) % period;
    curve.pulses[i] = std::abs(curve.pulses[i]) * (phase < best.length ? 1 : -1);
  }
}

/// Gives every pulse the direction that explains the changes best if turning is costly (Viterbi
/// over the two directions; changes are Gaussian around plus and minus their typical size).
void infer_directions(MeasuredCurve& curve) {
  const std::size_t n = curve.weight.size();
  std::vector<double> change(n, 0.0);
  std::vector<double> sizes;
  for (std::size_t i = 1; i < n; ++i) {
    if (curve.pulses[i] == 0) continue;
    change[i] = (curve.weight[i] - curve.weight[i - 1]) / curve.pulses[i];
    sizes.push_back(std::abs(change[i]));
  }
  if (sizes.empty()) return;
  std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2),
                   sizes.end());
  const double typical = std::max(sizes[sizes.size() / 2], 1e-30);
  constexpr double turn = 12.0;
  std::array<double, 2> cost{0, 0};  // of the best path that now goes up, down
  std::vector<std::array<bool, 2>> turned(n);
  for (std::size_t i = 1; i < n; ++i) {
    const std::array<double, 2> before = cost;
    for (const std::size_t way : {0U, 1U}) {
      const double wanted = way == 0 ? typical : -typical;
      // held, so that a single large change does not turn the path
      const double off = std::min(std::abs(change[i] - wanted) / typical, 4.0);
      turned[i][way] = before[1 - way] + turn < before[way];
      cost[way] = std::min(before[way], before[1 - way] + turn);
      if (curve.pulses[i] != 0) cost[way] += off;
    }
  }
  std::size_t way = cost[0] <= cost[1] ? 0 : 1;
  for (std::size_t i = n - 1; i > 0; --i) {
    if (way == 1) curve.pulses[i] = -curve.pulses[i];
    if (turned[i][way]) way = 1 - way;
  }
  refine_by_cycles(curve, change);
  // pulses that leave the weight at an end are those that drive it there
  const auto [lowest, highest] = std::minmax_element(curve.weight.begin(), curve.weight.end());
  const double same = 1e-6 * (*highest - *lowest);
  for (std::size_t i = 1; i < n; ++i) {
    const double w = curve.weight[i];
    if (std::abs(w - curve.weight[i - 1]) >= same) continue;
    if (*highest - w < same) curve.pulses[i] = std::abs(curve.pulses[i]);
    if (w - *lowest < same) curve.pulses[i] = -std::abs(curve.pulses[i]);
  }
}

}  // namespace

MeasuredCurves read_measured_curves(const std::string& file) {
  const CsvFile csv(file);
  csv.require({"pulse"});
  const std::string column = value_column(csv);
  MeasuredCurves curves{.conductance = column == "conductance"};
  std::string cycle;
  double pulse_before = 0;
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    const std::string device = csv.has("device") ? csv.text(row, "device") : "";
    const std::string cycle_now = csv.has("cycle") ? csv.text(row, "cycle") : "";
    const double pulse = csv.number(row, "pulse");
    if (pulse != std::floor(pulse)) csv.fail(row, "pulse: is not a whole number");
    const bool begins = curves.devices.empty() || curves.devices.back().device != device;
    if (begins) {
      curves.devices.push_back({.device = device});
    }
    MeasuredCurve& curve = curves.devices.back();
    const bool gap = begins || cycle_now != cycle;
    if (!gap && pulse <= pulse_before) {
      csv.fail(row,
               "pulse: the number does not rise (it starts again only where cycle or device "
               "change)");
    }
    if (!gap && pulse - pulse_before > most_pulses) {
      csv.fail(row, "pulse: the number rises by more than 1000000");
    }
    int pulses = gap ? 0 : static_cast<int>(pulse - pulse_before);
    if (csv.has("direction")) {
      const std::string& direction = csv.text(row, "direction");
      if (direction != "up" && direction != "down") {
        csv.fail(row, "direction: '" + direction + "' is neither up nor down");
      }
      if (direction == "down") pulses = -pulses;
    }
    curve.weight.push_back(csv.number(row, column));
    if (column == "mean" && csv.has("std") && csv.has("min") && csv.has("max")) {
      curve.spread.push_back(csv.number(row, "std"));
      curve.smallest.push_back(csv.number(row, "min"));
      curve.largest.push_back(csv.number(row, "max"));
    }
    curve.pulses.push_back(pulses);
    cycle = cycle_now;
    pulse_before = pulse;
  }
  double low = INFINITY;
  double high = -INFINITY;
  for (const MeasuredCurve& curve : curves.devices) {
    if (curve.weight.size() < fewest_pulses + 1) {
      csv.fail("has " + std::to_string(curve.weight.size()) + " readings" +
               (curve.device.empty() ? "" : " of device '" + curve.device + "'") +
               ", but a fit needs " + std::to_string(fewest_pulses + 1) + " at least");
    }
    low = std::min(low, *std::min_element(curve.weight.begin(), curve.weight.end()));
    high = std::max(high, *std::max_element(curve.weight.begin(), curve.weight.end()));
  }
  if (!(low < high)) csv.fail("all values of '" + column + "' are the same");
  if (const double range = high - low; !(range > smallest_range && range < largest_range)) {
    csv.fail("the values of '" + column + "' differ by too little or too much to be computed with");
  }
  if (curves.conductance) {
    curves.g_max = high;
    curves.g_min = low;
  }
  for (MeasuredCurve& curve : curves.devices) {
    // an ensemble of one is a device
    if (curve.smallest == curve.largest) {
      curve.spread.clear(), curve.smallest.clear(), curve.largest.clear();
    }
    if (curves.conductance) {
      for (double& w : curve.weight) w = 2.0 * (w - low) / (high - low) - 1.0;
    }
    if (!csv.has("direction")) infer_directions(curve);
  }
  return curves;
}

}  // namespace memtrain
