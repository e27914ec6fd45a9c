#include "sim/report/metric_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "sim/report/text_table.h"

namespace memtrain {
namespace {

std::string in_brackets(double low, double high, std::string (*text)(double, bool), bool percent) {
  if (std::isnan(low)) return std::string(unknown_text);
  return fmt::format("[{}, {}]", text(low, percent), text(high, percent));
}

}  // namespace

std::string spaced(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string metric_words(std::string_view path) {
  static const std::map<std::string_view, std::string> words{
      {"test_mse", "test MSE"},
      {"test_mae", "test MAE"},
      {"test_rse", "test RSE"},
      {"test_corr", "test correlation"},
      {"wall_seconds", "wall time"},
      {"cost/macs", "MACs"},
      {"macs", "MACs"},
      {"cost/digital_macs", "digital MACs"},
      {"weight_std", "weight s.d."},
      {"cost/dac_conversions", "DAC conversions"},
      {"cost/adc_conversions", "ADC conversions"},
      {"dac_conversions", "DAC conversions"},
      {"adc_conversions", "ADC conversions"}};
  if (const auto found = words.find(path); found != words.end()) return found->second;
  return spaced(path.substr(path.find('/') + 1));
}

bool is_percentage(std::string_view path) {
  return path.ends_with("accuracy") || path.ends_with("_fraction") || path.ends_with("_agreement");
}

std::string metric_heading(std::string_view path) {
  return metric_words(path) + (is_percentage(path) ? " %" : "");
}

int cost_rank(std::string_view path) {
  const std::string_view name = path.substr(path.find('/') + 1);
  constexpr std::array<std::string_view, first_costs> first{"energy", "latency", "write_pulses"};
  const auto at = std::find(first.begin(), first.end(), name);
  return static_cast<int>(at - first.begin()) + (name == "wall_seconds" ? 1 : 0);
}

std::string value_text(double value, bool percent) {
  if (std::isnan(value)) return std::string(unknown_text);
  return percent ? fmt::format("{:.2f}", 100 * value) : fmt::format("{:.4g}", value);
}

std::string mean_text(const Spread& spread, bool percent) {
  std::string mean = value_text(spread.mean, percent);
  if (std::isnan(spread.std)) return mean;
  return mean + " ± " +
         (percent ? fmt::format("{:.2f}", 100 * spread.std) : fmt::format("{:.2g}", spread.std));
}

std::string change_text(double value, bool percent) {
  if (std::isnan(value)) return std::string(unknown_text);
  const std::string text =
      percent ? fmt::format("{:+.2f}", 100 * value) : fmt::format("{:+.3g}", value);
  return text == "-0.00" || text == "-0" ? "+" + text.substr(1) : text;
}

std::string interval_text(const Spread& spread, bool percent) {
  return in_brackets(spread.low, spread.high, value_text, percent);
}

std::string interval_text(const PairedTest& test, bool percent) {
  return in_brackets(test.low, test.high, change_text, percent);
}

}  // namespace memtrain
