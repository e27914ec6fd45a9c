#include <cassert>

#include "devices/array/array.h"

namespace memtrain {

Events& Events::operator+=(const Events& other) {
  macs += other.macs;
  forward_reads += other.forward_reads;
  transposed_reads += other.transposed_reads;
  return *this;
}

std::unique_ptr<Array> make_array(const ArraySettings& settings, Index outputs, Index inputs,
                                  std::uint64_t seed, std::uint16_t layer) {
  for (const ArrayKind* kind : array_kinds()) {
    if (kind->name == settings.kind) return kind->make(settings, outputs, inputs, seed, layer);
  }
  assert(false && "the scenario reader lets only known kinds pass");
  return nullptr;
}

const DeviceModel* find_device_model(std::string_view name) {
  for (const DeviceModel* model : device_models()) {
    if (model->info().name == name) return model;
  }
  return nullptr;
}

}  // namespace memtrain
