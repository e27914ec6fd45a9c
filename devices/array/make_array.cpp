#include <cassert>
#include <cmath>

#include "devices/array/array.h"
#include "devices/array/scaled.h"

namespace memtrain {

Events& Events::operator+=(const Events& other) {
  macs += other.macs;
  forward_reads += other.forward_reads;
  transposed_reads += other.transposed_reads;
  write_pulses += other.write_pulses;
  converters += other.converters;
  max_writes_per_device = std::fmax(max_writes_per_device, other.max_writes_per_device);
  return *this;
}

const ArrayKind* find_array_kind(std::string_view name) {
  for (const ArrayKind* kind : array_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

std::unique_ptr<Array> make_array(const ArraySettings& settings, Index outputs, Index inputs,
                                  std::uint64_t seed, std::uint16_t layer) {
  const ArrayKind* kind = find_array_kind(settings.kind);
  assert(kind != nullptr && "the scenario reader lets only known kinds pass");
  auto array = kind->make(settings, outputs, inputs, seed, layer);
  if (!kind->circuits || settings.circuits.mapping.scaling == "none") return array;
  return std::make_unique<Scaled>(std::move(array), settings.circuits.mapping);
}

}  // namespace memtrain
