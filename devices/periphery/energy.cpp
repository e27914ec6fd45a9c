#include "devices/periphery/energy.h"

#include <bit>
#include <cmath>

namespace memtrain {

std::span<const Parameter<EnergySettings>> energy_parameters() {
  using S = EnergySettings;
  static const std::array<Parameter<S>, 13> rows{{
      {{"v_read", "V", 1e-6, 100, "voltage of a full-scale input; nan: not known"},
       member<&S::v_read>},
      {{"t_read", "s", 1e-15, 1e3,
        "width of a read pulse (bit_serial: of that of one bit); nan: not known"},
       member<&S::t_read>},
      {{.name = "encoding",
        .unit = "1",
        .help = "how an input is put on its line: as the amplitude of a pulse, its width, or a "
                "pulse for each bit",
        .choices = input_encodings},
       member<&S::encoding>},
      {{"v_up", "V", 1e-6, 100, "size of the voltage of a pulse up; nan: not known"},
       member<&S::v_up>},
      {{"t_up", "s", 1e-15, 1e3, "width of a pulse up; nan: not known"}, member<&S::t_up>},
      {{"v_down", "V", 1e-6, 100, "size of the voltage of a pulse down; nan: not known"},
       member<&S::v_down>},
      {{"t_down", "s", 1e-15, 1e3, "width of a pulse down; nan: not known"}, member<&S::t_down>},
      // 2.6 pJ for 8 bits, 1.2 GS/s: Kull et al. 2013, doi:10.1109/JSSC.2013.2279571
      {{"adc_energy", "J", 1e-20, 1e-3, "of an output's conversion, by levels (2^bits)"},
       member<&S::adc_energy>},
      {{"adc_time", "s", 1e-15, 1e3, "of an output's conversion"}, member<&S::adc_time>},
      {{"outputs_per_adc", "1", 1, 1e6, "outputs that take turns at one converter"},
       member<&S::outputs_per_adc>},
      {{"dac_energy", "J", 1e-20, 1e-3, "of an input's conversion, by levels (2^bits)"},
       member<&S::dac_energy>},
      {{"wire_capacitance", "F/m", 1e-15, 1e-3, "of lines, by their length"},
       member<&S::wire_capacitance>},
      {{"pitch", "m", 1e-10, 1e-2, "distance of neighbouring crosspoints"}, member<&S::pitch>},
  }};
  return rows;
}

namespace {

std::vector<std::string_view> not_known(
    std::initializer_list<std::pair<std::string_view, float>> values) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : values) {
    if (std::isnan(value)) names.push_back(name);
  }
  return names;
}

}  // namespace

std::vector<std::string_view> EnergySettings::unknown_of_reads() const {
  return not_known({{"v_read", v_read}, {"t_read", t_read}});
}

std::vector<std::string_view> EnergySettings::unknown_of_pulses() const {
  return not_known({{"v_up", v_up}, {"t_up", t_up}, {"v_down", v_down}, {"t_down", t_down}});
}

double EnergySettings::up() const {
  return static_cast<double>(v_up) * static_cast<double>(v_up) * static_cast<double>(t_up);
}

double EnergySettings::down() const {
  return static_cast<double>(v_down) * static_cast<double>(v_down) * static_cast<double>(t_down);
}

void LineDrive::add(const BatchIn& inputs, float full_scale) {
  if (work_.size() == 0) work_.setZero(inputs.cols());
  vectors_ += static_cast<double>(inputs.rows());
  const float scale = 1.0F / full_scale;
  const auto note = [&](const auto& work) {
    const Eigen::ArrayXd sums = work.colwise().sum().template cast<double>().transpose();
    work_ += sums;
    charges_ += sums.sum();
  };
  if (encoding_ == "amplitude") {
    note((inputs.array() * scale).square());
  } else if (encoding_ == "width") {
    work_ += (inputs.array().abs() * scale).colwise().sum().cast<double>().transpose();
    charges_ += static_cast<double>((inputs.array() != 0.0F).count());
  } else {  // the magnitude's code; the sign is the pulse's polarity
    const float largest = std::exp2(static_cast<float>(bits_ - 1)) - 1.0F;
    note((inputs.array().abs() * (scale * largest)).unaryExpr([](float code) {
      return static_cast<float>(std::popcount(static_cast<std::uint32_t>(std::lround(code))));
    }));
  }
}

}  // namespace memtrain
