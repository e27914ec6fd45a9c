#pragma once
#include <span>
#include <string>
#include <vector>

namespace memtrain {

/// A curve over 0, 1, 2, … as lines of text for a terminal, drawn with Braille dots: `width` ×
/// `height` characters, with the largest and smallest value and the last number at the axes.
/// Several curves share the axes. NaN is left out.
[[nodiscard]] std::vector<std::string> text_plot(std::span<const std::vector<double>> curves,
                                                 std::size_t width = 64, std::size_t height = 10);

}  // namespace memtrain
