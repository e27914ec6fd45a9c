#pragma once
#include "devices/array/array.h"
#include "devices/array/energy_meter.h"
#include "devices/array/seen_weights.h"
#include "devices/array/tiled_read.h"
#include "devices/periphery/write_path.h"

namespace memtrain {

/// Crosspoints read and written through circuits. Random: forward_noise, transposed_noise,
/// converter_spread, write_drive and programming of its layer.
class Crossbar final : public Array {
 public:
  Crossbar(std::unique_ptr<Crosspoints> crosspoints, const CircuitSettings& circuits,
           std::uint64_t seed, std::uint16_t layer);

  void forward(const BatchIn& x, Batch& y, const Pass& pass) override;
  void transposed(const BatchIn& d, Batch& g, const Pass& pass) override;
  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override;
  void program(const BatchIn& target, const Pass& pass) override;
  void rest(const Pass& pass) override;
  [[nodiscard]] ConstMatrix weights() const override;
  [[nodiscard]] double saturated_fraction() const override;
  [[nodiscard]] double stuck_fraction() const override;
  [[nodiscard]] Account account() const override { return account_; }
  [[nodiscard]] Wear wear() const override { return crosspoints_->wear(); }
  [[nodiscard]] std::vector<ConductanceHistogram> conductances() const override {
    return conductances_of(crosspoints_->planes());
  }
  void state(Archive& archive) override;
  /// Somebody else is about to write the crosspoints, as the update of a mini-batch; and has.
  void before_write();
  void was_written(const Pass& pass, const ConversionCount& driven = {});

 private:
  void written();
  /// Reads x in one direction through all that is read.
  void read(bool transposed, const BatchIn& x, Batch& y, const Pass& pass);
  /// Adds to the account the update that the crosspoints have just been through, and how their
  /// lines were driven.
  void count_write(const ConversionCount& driven);
  /// Conversions of so many rounds of closed loops: each reads all devices, input by input.
  [[nodiscard]] ConversionCount verifying(double rounds) const;
  /// What the crosspoints have been given is in the account now.
  void counted();
  static void add(const Work& work, Events& events);
  /// Digital additions for one vector read: of the parts that tiles and readings give.
  [[nodiscard]] double sums_per_read(bool transposed) const;

  std::unique_ptr<Crosspoints> crosspoints_;
  std::vector<Tile> tiles_;
  SeenWeights seen_;
  std::vector<TiledRead> forward_, transposed_;  // for every reading of seen_
  WritePath write_;
  ProgrammingSettings programming_;
  std::uint16_t layer_;
  EnergyMeter meter_;
  bool digital_;
  bool has_dac_, has_adc_;  // forward, which closed loops read by
  Account account_;
  double pulses_counted_ = 0, rounds_counted_ = 0;  // of the crosspoints', those in the account
  Batch part_;
};

}  // namespace memtrain
