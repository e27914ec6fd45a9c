#include "models/layers/network.h"

#include <cassert>

namespace memtrain {

Network::Network(std::vector<std::unique_ptr<Layer>> layers, const Loss& loss)
    : layers_(std::move(layers)), loss_(&loss) {
  assert(!layers_.empty());
}

void Network::forward(const BatchIn& x, std::vector<Activity>& activities, const Pass& pass) {
  activities.resize(layers_.size());
  layers_.front()->forward(x, activities.front(), pass);
  for (std::size_t l = 1; l < layers_.size(); ++l) {
    layers_[l]->forward(activities[l - 1].h, activities[l], pass);
  }
}

void Network::output_delta(const std::vector<Activity>& activities, const BatchIn& targets,
                           Batch& delta) const {
  memtrain::output_delta(layers_.back()->activation(), activities.back().z, activities.back().h,
                         targets, delta);
}

Events Network::events() const {
  Events sum;
  for (const auto& layer : layers_) sum += layer->array().events();
  return sum;
}

Network Network::exact_twin() const {
  std::vector<std::unique_ptr<Layer>> twins;
  for (const auto& layer : layers_) twins.push_back(layer->exact_twin());
  return {std::move(twins), *loss_};
}

Network make_network(const std::vector<LayerSettings>& layers, const Loss& loss,
                     const ArraySettings& array, Index inputs, std::uint64_t seed) {
  std::vector<std::unique_ptr<Layer>> made;
  // errors are not carried back beyond the first layer: it needs nothing to carry them
  ArraySettings first = array;
  first.backward.array = "none";
  for (const LayerSettings& settings : layers) {
    const LayerKind* kind = find_layer_kind(settings.type);
    assert(kind != nullptr && "the scenario reader lets only known kinds pass");
    const LayerContext context{.inputs = made.empty() ? inputs : made.back()->outputs(),
                               .index = static_cast<std::uint16_t>(made.size()),
                               .seed = seed,
                               .array = made.empty() ? &first : &array};
    made.push_back(kind->make(settings.values, context));
  }
  return {std::move(made), loss};
}

const LayerKind* find_layer_kind(std::string_view name) {
  for (const LayerKind* kind : layer_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

}  // namespace memtrain
