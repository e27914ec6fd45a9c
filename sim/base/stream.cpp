#include "sim/base/stream.h"

#include <Random123/philox.h>

#include <cassert>
#include <numeric>
#include <utility>

namespace memtrain {

std::array<std::uint32_t, 4> Stream::words(std::uint32_t element, std::uint8_t draw) const {
  using Philox = r123::Philox4x32;
  const std::uint32_t what = (static_cast<std::uint32_t>(purpose) << 24U) |
                             (static_cast<std::uint32_t>(layer) << 8U) | draw;
  const Philox::ctr_type counter{{element, batch, epoch, what}};
  const Philox::key_type key{
      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)}};
  const Philox::ctr_type out = Philox{}(counter, key);
  return {out[0], out[1], out[2], out[3]};
}

Pass Pass::next_read() const {
  Pass next = *this;
  ++next.read;
  return next;
}

Pass Pass::at_step(std::size_t step) const {
  assert(step < (1U << 12U));
  Pass next = *this;
  next.step = static_cast<std::uint16_t>(step);
  return next;
}

namespace {

/// Upkeep and preparation have random numbers of other phases.
std::uint32_t number_of(Phase phase) {
  if (phase == Phase::upkeep) return static_cast<std::uint32_t>(Phase::evaluation);
  if (phase == Phase::preparation) return static_cast<std::uint32_t>(Phase::training);
  return static_cast<std::uint32_t>(phase);
}

}  // namespace

Stream Pass::stream(Purpose purpose, std::uint16_t layer) const {
  assert(epoch < (1U << 20U) && batch < (1U << 26U) && read < 16);
  const std::uint32_t where =
      (number_of(phase) << 30U) | (static_cast<std::uint32_t>(read) << 26U) | batch;
  return {seed, purpose, layer, (static_cast<std::uint32_t>(step) << 20U) | epoch, where};
}

void fill_permutation(const Stream& stream, std::span<std::uint32_t> out) {
  std::iota(out.begin(), out.end(), 0U);
  for (std::size_t last = out.size(); last > 1; --last) {
    const auto words = stream.words(static_cast<std::uint32_t>(last));
    // 64 random bits make the bias of the remainder negligible (below 2⁻³²)
    const std::uint64_t wide = (static_cast<std::uint64_t>(words[0]) << 32U) | words[1];
    std::swap(out[last - 1], out[wide % last]);
  }
}

}  // namespace memtrain
