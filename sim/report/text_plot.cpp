#include "sim/report/text_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace memtrain {
namespace {

/// UTF-8 of the Braille character with these dots.
std::string braille(std::uint8_t dots) {
  if (dots == 0) return " ";
  const unsigned code = 0x2800U + dots;
  return {static_cast<char>(0xE0U | (code >> 12U)),
          static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)),
          static_cast<char>(0x80U | (code & 0x3FU))};
}

}  // namespace

std::vector<std::string> text_plot(std::span<const std::vector<double>> curves, std::size_t width,
                                   std::size_t height) {
  double low = INFINITY;
  double high = -INFINITY;
  std::size_t longest = 1;
  for (const std::vector<double>& curve : curves) {
    longest = std::max(longest, curve.size());
    for (const double v : curve) {
      if (!std::isfinite(v)) continue;
      low = std::min(low, v);
      high = std::max(high, v);
    }
  }
  if (!(low <= high)) return {};
  const double range = high > low ? high - low : 1.0;
  // a character is two dots wide and four high
  static constexpr std::uint8_t dot[4][2] = {
      {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  std::vector<std::vector<std::uint8_t>> cells(height, std::vector<std::uint8_t>(width, 0));
  for (const std::vector<double>& curve : curves) {
    const auto last = static_cast<double>(std::max<std::size_t>(longest - 1, 1));
    const auto draw = [&](double at, double value) {
      if (!std::isfinite(value)) return;
      const auto x = static_cast<std::size_t>(at / last * static_cast<double>(2 * width - 1));
      const auto y = static_cast<std::size_t>(
          std::lround((high - value) / range * static_cast<double>(4 * height - 1)));
      std::uint8_t& cell = cells[y / 4][x / 2];
      cell = static_cast<std::uint8_t>(cell | dot[y % 4][x % 2]);
    };
    // where points are few, a line joins them
    const std::size_t between =
        std::max<std::size_t>(1, 8 * width / std::max<std::size_t>(longest, 1));
    for (std::size_t i = 0; i < curve.size(); ++i) {
      draw(static_cast<double>(i), curve[i]);
      for (std::size_t k = 1; k < between && i + 1 < curve.size(); ++k) {
        const double part = static_cast<double>(k) / static_cast<double>(between);
        draw(static_cast<double>(i) + part, curve[i] + part * (curve[i + 1] - curve[i]));
      }
    }
  }
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < height; ++row) {
    const std::string label = row == 0            ? fmt::format("{:.4g}", high)
                              : row + 1 == height ? fmt::format("{:.4g}", low)
                                                  : "";
    std::string line = fmt::format("{:>10} ┤", label);
    for (const std::uint8_t cell : cells[row]) line += braille(cell);
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
  }
  lines.push_back(fmt::format("{:>10} └0{:>{}}", "", longest - 1, width - 1));
  return lines;
}

}  // namespace memtrain
