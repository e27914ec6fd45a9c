#pragma once
#include <hwy/aligned_allocator.h>

#include <span>
#include <vector>

#include "devices/update/pulsed_parameters.h"
#include "sim/base/batch.h"
#include "sim/base/stream.h"

namespace memtrain {

/// What happens to weights between pulses, once a mini-batch:
///   decay      w ← (w − b)(1 − Δt/τ) + b,  τ = lifetime (1 + lifetime_dtod ζ),
///              b = reset + reset_dtod ζ′
///   diffusion  w ← w + √Δt diffusion (1 + diffusion_dtod ζ″) ξ
///   drift      w ← w · ((age + Δt) / age)^(−ν) from age t₀ on, age the time since the last
///              write, ν = drift (1 + drift_dtod ζ‴): together (t / t₀)^(−ν)
/// ζ ~ N(0, 1) once a device, ξ ~ N(0, 1) afresh. Only what is on takes memory.
class Relaxation {
 public:
  /// Spreads are drawn from relaxation_spread of (seed, layer, device).
  Relaxation(const BoundedParameters& parameters, Index rows, Index columns, Index stride,
             std::uint64_t seed, std::uint16_t layer, std::uint32_t device);

  /// Whether anything happens at all.
  [[nodiscard]] bool active() const { return decays_ || diffuses_ || drifts_; }
  /// The time since each device was written, [rows × stride]; null without drift.
  [[nodiscard]] float* age() { return drifts_ ? age_.data() : nullptr; }

  /// ζ′ of every device, [rows × columns].
  [[nodiscard]] Matrix reset_spread() const;

  /// One mini-batch goes by for `weights` [rows × stride]. Random: diffusion of `layer`.
  void pass_time(float* weights, const Pass& pass);

 private:
  /// Aligned as vector kernels want it.
  class Column {
   public:
    void resize(std::size_t size);
    [[nodiscard]] float* data() { return values_.get(); }
    float& operator[](std::size_t at) { return values_[at]; }

   private:
    hwy::AlignedFreeUniquePtr<float[]> values_;
  };

  /// The four ζ of a row of devices, one kind behind the other.
  void draw_spread(Index row, std::vector<float>& zeta) const;

  BoundedParameters parameters_;
  std::uint64_t seed_;
  bool decays_, diffuses_, drifts_;
  Index rows_, columns_, stride_;
  std::uint16_t layer_;
  std::uint32_t device_;
  Column keep_, towards_, diffusion_, exponent_, age_;
  std::vector<float> noise_;
};

}  // namespace memtrain
