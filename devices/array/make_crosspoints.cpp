#include "devices/array/device_model.h"
#include "devices/array/pulsed_crosspoints.h"

namespace memtrain {

const DeviceModel* find_device_model(std::string_view name) {
  for (const DeviceModel* model : device_models()) {
    if (model->info().name == name) return model;
  }
  return nullptr;
}

std::unique_ptr<Cell> make_cell(const DeviceModel& model, Index outputs, Index inputs,
                                const CrosspointSettings& settings, std::uint64_t seed,
                                std::uint16_t layer) {
  DeviceRecipe recipe = model.recipe(settings.device);
  recipe.count_pulses = settings.count_pulses;
  recipe.fractions = settings.pulse.mode == "mean";
  recipe.sum_conductance = settings.note_lines && recipe.parameters.g_max > recipe.parameters.g_min;
  recipe.faults = settings.faults;
  recipe.endurance = settings.endurance;
  const CellContext context{.settings = &settings.cell,
                            .pulse = &settings.pulse,
                            .outputs = outputs,
                            .inputs = inputs,
                            .seed = seed,
                            .layer = layer,
                            .make_grid = [&](std::uint32_t device) {
                              return std::make_unique<DeviceGrid>(outputs, inputs, recipe,
                                                                  GridPlace{seed, layer, device});
                            }};
  return find_cell_kind(settings.cell.kind)->make(context);
}

std::unique_ptr<Crosspoints> make_crosspoints(const DeviceModel& model, Index outputs, Index inputs,
                                              const CrosspointSettings& settings,
                                              std::uint64_t seed, std::uint16_t layer) {
  if (!model.pulsed()) return model.make_digital(outputs, inputs, settings, seed, layer);
  return std::make_unique<PulsedCrosspoints>(
      make_cell(model, outputs, inputs, settings, seed, layer),
      make_pulse_mode(settings.pulse, outputs, inputs, layer), settings.pulse, settings.note_lines);
}

}  // namespace memtrain
