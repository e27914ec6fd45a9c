#pragma once
#include "devices/array/array.h"
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
  [[nodiscard]] Events events() const override;
  void state(Archive& archive) override;
  /// Somebody else has written the crosspoints, as the update of a mini-batch.
  void was_written(const Pass& pass);

 private:
  void written();
  /// Reads x in one direction through all that is read.
  ConversionCount read(std::vector<TiledRead>& way, const BatchIn& x, Batch& y, const Pass& pass);
  /// Counts a read of x.
  void count(const ConversionCount& read, const BatchIn& x, const Batch& y, double Events::*reads);

  std::unique_ptr<Crosspoints> crosspoints_;
  std::vector<Tile> tiles_;
  SeenWeights seen_;
  std::vector<TiledRead> forward_, transposed_;  // for every reading of seen_
  WritePath write_;
  ProgrammingSettings programming_;
  std::uint16_t layer_;
  Events events_;
  Batch part_;
};

}  // namespace memtrain
