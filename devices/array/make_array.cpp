#include <cassert>

#include "devices/array/array.h"
#include "devices/array/backward_copy.h"
#include "devices/array/scaled.h"

namespace memtrain {

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
    array = std::make_unique<BackwardCopy>(settings.backward, settings.circuits.programming,
                                           std::move(array),
                                           second_array(settings, inputs, outputs, seed, layer));
  }
  if (settings.circuits.mapping.scaling == "none") return array;
  return std::make_unique<Scaled>(std::move(array), settings.circuits.mapping);
}

}  // namespace memtrain
