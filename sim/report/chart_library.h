#pragma once
#include <string_view>

namespace memtrain {

/// The source of Chart.js, from Debian's libjs-chart.js, put into the program when it is built.
[[nodiscard]] std::string_view chart_library();

}  // namespace memtrain
