#pragma once
#include <Eigen/Core>
#include <array>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/batch.h"
#include "sim/base/parameter.h"

namespace memtrain {

/// Voltages, times, converters and lines of an array, in SI units: what its events cost in joules
/// and seconds. Voltages are magnitudes; NaN: not known, and then nothing that follows from it is.
/// Conductances are the device's own (g_max, g_min). Area is not modelled.
struct EnergySettings {
  float v_read = std::numeric_limits<float>::quiet_NaN();  ///< of a full-scale input
  float t_read = std::numeric_limits<float>::quiet_NaN();  ///< a read pulse (bit_serial: of a bit)
  /// How an input u in [0, 1] of full scale is put on its line. amplitude: one pulse of u · v_read;
  /// width: one of v_read for u · t_read; bit_serial: one of v_read for every bit of its code.
  std::string encoding = "amplitude";
  float v_up = std::numeric_limits<float>::quiet_NaN();  ///< a pulse of potentiation
  float t_up = std::numeric_limits<float>::quiet_NaN();
  float v_down = std::numeric_limits<float>::quiet_NaN();  ///< a pulse of depression
  float t_down = std::numeric_limits<float>::quiet_NaN();
  float adc_energy = 1e-14F;        ///< figure of merit: joules of a conversion by its levels
  float adc_time = 8.3e-10F;        ///< of a conversion
  int outputs_per_adc = 8;          ///< lines that take turns at one converter
  float dac_energy = 1e-14F;        ///< figure of merit, as that of the ADC
  float wire_capacitance = 2e-10F;  ///< F/m
  float pitch = 1e-7F;              ///< between neighbouring crosspoints, m

  /// The names of what reads, or pulses, would have to be known by and are not.
  [[nodiscard]] std::vector<std::string_view> unknown_of_reads() const;
  [[nodiscard]] std::vector<std::string_view> unknown_of_pulses() const;
  /// Of one line that passes so many crosspoints, F.
  [[nodiscard]] double line_capacitance(Index crosspoints) const {
    return static_cast<double>(wire_capacitance) * static_cast<double>(pitch) *
           static_cast<double>(crosspoints);
  }
  /// V² t of a pulse up, and down: joules by siemens.
  [[nodiscard]] double up() const;
  [[nodiscard]] double down() const;
};
[[nodiscard]] std::span<const Parameter<EnergySettings>> energy_parameters();
inline constexpr std::array<std::string_view, 3> input_encodings{"amplitude", "width",
                                                                 "bit_serial"};

/// How hard the lines of one physical array were driven in some reads.
class LineDrive {
 public:
  LineDrive() = default;
  /// `bits`: of the input converter, for bit_serial.
  LineDrive(const EnergySettings& settings, int bits) : encoding_(settings.encoding), bits_(bits) {}

  /// Vectors [n × lines] were driven; `full_scale` is the input that v_read stands for.
  void add(const BatchIn& inputs, float full_scale);
  /// Σ over vectors for each line: of the part of v_read² t_read that its devices saw.
  [[nodiscard]] const Eigen::ArrayXd& work() const { return work_; }
  /// Σ over vectors and lines of what was charged, in C v_read².
  [[nodiscard]] double charges() const { return charges_; }
  [[nodiscard]] double vectors() const { return vectors_; }

 private:
  std::string encoding_ = "amplitude";
  int bits_ = 0;
  Eigen::ArrayXd work_;
  double charges_ = 0, vectors_ = 0;
};

}  // namespace memtrain
