#include "devices/array/pulse_settings.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace memtrain {

std::span<const Parameter<PulseSettings>> pulse_parameters() {
  using S = PulseSettings;
  static constexpr std::array<std::string_view, 5> modes{"stochastic", "deterministic", "mean",
                                                         "write_verify", "float"};
  static constexpr std::array<std::string_view, 2> writes{"parallel", "row_by_row"};
  static constexpr std::array<Parameter<S>, 7> rows{{
      {{.name = "mode", .unit = "1", .help = "how an update becomes pulses", .choices = modes},
       member<&S::mode>},
      {{"train_length", "slots", 1, 31,
        "longest pulse train of a sample; counted: most pulses of one"},
       member<&S::train_length>},
      {{"update_management", "1", 0, 1, "balance the firing probabilities of rows and columns"},
       member<&S::update_management>},
      {{"train_length_management", "1", 0, 1, "shorten a sample's trains to what its update needs"},
       member<&S::train_length_management>},
      {{.name = "write",
        .unit = "1",
        .help = "stochastic: trains are played on all lines at once, or on the line of one output "
                "after another; the same pulses at other costs",
        .choices = writes},
       member<&S::write>},
      {{"verify_tolerance", "step", 0, 1e6, "write_verify: accepted error of a written weight"},
       member<&S::verify_tolerance>},
      {{"verify_pulses", "1", 1, 1e6, "write_verify: most pulses a device gets in one write"},
       member<&S::verify_pulses>},
  }};
  return rows;
}

PulseDrive pulse_drive(float max_x, float max_d, float rate, float step,
                       const PulseSettings& settings) {
  const float largest = rate * max_x * max_d / step;  // pulses wanted at the largest product
  if (!(largest > 0.0F)) return {};
  int length = settings.train_length;
  if (settings.train_length_management && largest < static_cast<float>(length)) {
    length = std::max(1, static_cast<int>(std::ceil(largest)));
  }
  const float amplitude = std::sqrt(rate / (step * static_cast<float>(length)));
  const float balance = settings.update_management ? std::sqrt(max_x / max_d) : 1.0F;
  return {amplitude / balance, amplitude * balance, length};
}

}  // namespace memtrain
