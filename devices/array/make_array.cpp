#include <cassert>
#include <cmath>

#include "devices/array/array.h"
#include "devices/array/backward_copy.h"
#include "devices/array/scaled.h"

namespace memtrain {

Events& Events::operator+=(const Events& other) {
  macs += other.macs;
  forward_reads += other.forward_reads;
  transposed_reads += other.transposed_reads;
  programmed_weights += other.programmed_weights;
  write_pulses += other.write_pulses;
  converters += other.converters;
  max_writes_per_device = std::fmax(max_writes_per_device, other.max_writes_per_device);
  return *this;
}

void Events::state(Archive& archive) {
  archive(macs);
  archive(forward_reads);
  archive(transposed_reads);
  archive(write_pulses);
  archive(programmed_weights);
  converters.state(archive);
  archive(max_writes_per_device);
}

const ArrayKind* find_array_kind(std::string_view name) {
  for (const ArrayKind* kind : array_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

namespace {

constexpr std::uint16_t second_streams = 512;  // a second array's layer numbers begin here

/// A crossbar of the same devices that carries errors: its forward read is the transposed one.
std::unique_ptr<Array> second_array(ArraySettings settings, Index outputs, Index inputs,
                                    std::uint64_t seed, std::uint16_t layer) {
  settings.circuits.forward = settings.circuits.transposed;
  return find_array_kind("crossbar")
      ->make(settings, outputs, inputs, seed, static_cast<std::uint16_t>(layer + second_streams));
}

}  // namespace

std::unique_ptr<Array> make_array(const ArraySettings& settings, Index outputs, Index inputs,
                                  std::uint64_t seed, std::uint16_t layer) {
  const ArrayKind* kind = find_array_kind(settings.kind);
  assert(kind != nullptr && "the scenario reader lets only known kinds pass");
  auto array = kind->make(settings, outputs, inputs, seed, layer);
  if (!kind->circuits) return array;
  if (settings.backward.array == "second") {
    array = std::make_unique<BackwardCopy>(settings.backward, std::move(array),
                                           second_array(settings, inputs, outputs, seed, layer));
  }
  if (settings.circuits.mapping.scaling == "none") return array;
  return std::make_unique<Scaled>(std::move(array), settings.circuits.mapping);
}

}  // namespace memtrain
