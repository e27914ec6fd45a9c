#include "sim/record/metrics.h"

namespace memtrain {
namespace {

using E = EpochRecord;
constexpr Metric<EpochRecord> of_epochs[] = {
    {"train_loss", "1", "loss over the training data", &E::train_loss, Better::low},
    {"train_accuracy", "1", "fraction of the training data classified correctly; NaN for values",
     &E::train_accuracy, Better::high},
    {"test_loss", "1", "loss over the test data", &E::test_loss, Better::low},
    {"test_accuracy", "1", "fraction of the test data classified correctly; NaN for values",
     &E::test_accuracy, Better::high},
    {"test_mse", "1", "mean squared error over the test data, as normalised; NaN for classes",
     &E::test_mse, Better::low},
    {"test_mae", "1", "mean absolute error over the test data, as normalised; NaN for classes",
     &E::test_mae, Better::low},
    {"test_rse", "1", "root relative squared error over the test data; NaN for classes",
     &E::test_rse, Better::low},
    {"test_corr", "1", "correlation with the test data, a mean over outputs; NaN for classes",
     &E::test_corr, Better::high},
    {"validation_loss", "1", "loss over the validation data; NaN without any", &E::validation_loss,
     Better::low},
    {"validation_accuracy", "1",
     "fraction of the validation data classified correctly; NaN without any",
     &E::validation_accuracy, Better::high},
    {"wall_seconds", "s", "time since training began", &E::wall_seconds, Better::low},
    {"cost/macs", "1", "multiply-accumulates of training, cumulative", &E::macs, Better::low},
    {"cost/forward_reads", "1", "vectors read forwards through an array in training, cumulative",
     &E::forward_reads, Better::low},
    {"cost/transposed_reads", "1",
     "vectors read backwards through an array in training, cumulative", &E::transposed_reads,
     Better::low},
    {"cost/dac_conversions", "1", "digital-to-analogue conversions in training, cumulative",
     &E::dac_conversions, Better::low},
    {"cost/dac_saturations", "1", "inputs beyond the range of their converter, cumulative",
     &E::dac_saturations, Better::low},
    {"cost/adc_conversions", "1", "analogue-to-digital conversions in training, cumulative",
     &E::adc_conversions, Better::low},
    {"cost/adc_saturations", "1", "outputs beyond the range of their converter, cumulative",
     &E::adc_saturations, Better::low},
    {"cost/programmed_weights", "1", "weights written into second arrays in training, cumulative",
     &E::programmed_weights, Better::low},
    {"cost/write_pulses", "1", "pulses given to devices in training, cumulative", &E::write_pulses,
     Better::low},
    {"cost/max_writes_per_device", "1", "most pulses any device has had; NaN if not counted",
     &E::max_writes_per_device, Better::low},
    {"cost/trainings_survived", "1",
     "how many such trainings the most written device survives (endurance.writes); NaN: not known",
     &E::trainings_survived, Better::high},
    {"cost/digital_macs", "1", "multiply-accumulates of training in digital logic, cumulative",
     &E::digital_macs, Better::low},
    {"cost/operations", "1",
     "additions, multiplications and activations of training in digital logic, cumulative",
     &E::operations, Better::low},
    {"cost/energy", "J", "energy of training, cumulative; NaN: not known", &E::energy, Better::low},
    {"cost/energy_device_reads", "J", "of it, in devices that are read", &E::energy_device_reads,
     Better::low},
    {"cost/energy_device_writes", "J", "of it, in devices that get pulses",
     &E::energy_device_writes, Better::low},
    {"cost/energy_half_select", "J", "of it, in devices on the lines of those",
     &E::energy_half_select, Better::low},
    {"cost/energy_wires", "J", "of it, charging lines", &E::energy_wires, Better::low},
    {"cost/energy_converters", "J", "of it, converting", &E::energy_converters, Better::low},
    {"cost/energy_digital", "J", "of it, in digital logic", &E::energy_digital, Better::low},
    {"cost/latency", "s", "time that the hardware takes to train, cumulative; NaN: not known",
     &E::latency, Better::low},
};

using P = PhaseCost;
constexpr Metric<PhaseCost> of_phases[] = {
    {"macs", "1", "multiply-accumulates, cumulative", &P::macs, Better::low},
    {"operations", "1", "additions, multiplications and activations in digital logic, cumulative",
     &P::operations, Better::low},
    {"forward_reads", "1", "vectors read forwards through an array, cumulative", &P::forward_reads,
     Better::low},
    {"transposed_reads", "1", "vectors read backwards through an array, cumulative",
     &P::transposed_reads, Better::low},
    {"dac_conversions", "1", "digital-to-analogue conversions, cumulative", &P::dac_conversions,
     Better::low},
    {"adc_conversions", "1", "analogue-to-digital conversions, cumulative", &P::adc_conversions,
     Better::low},
    {"write_pulses", "1", "pulses given to devices, cumulative", &P::write_pulses, Better::low},
    {"energy", "J", "energy, cumulative; NaN: not known", &P::energy, Better::low},
    {"latency", "s", "time that the part is at work, cumulative; NaN: not known", &P::latency,
     Better::low},
};

using L = LayerRecord;
constexpr Metric<LayerRecord> of_layers[] = {
    {"alignment_angle", "degree", "angle between the rule's weight update and backprop's",
     &L::alignment_angle, Better::low},
    {"norm_ratio", "1", "norm of the rule's weight update over that of backprop's", &L::norm_ratio},
    {"update_sign_agreement", "1",
     "fraction of the weights that backprop moves which the rule moves the same way",
     &L::update_sign_agreement, Better::high},
    {"local_loss", "1", "loss that the layer alone learns from; NaN: it has none", &L::local_loss,
     Better::low},
    {"weight_mean", "1", "mean of the weights", &L::weight_mean},
    {"weight_std", "1", "standard deviation of the weights", &L::weight_std},
    {"saturated_fraction", "1", "fraction of the devices at a bound", &L::saturated_fraction},
    {"backward_mismatch", "1",
     "how far a second array for errors is off, relative; NaN without one", &L::backward_mismatch,
     Better::low},
    {"stuck_fraction", "1", "fraction of the devices that cannot be written (any more)",
     &L::stuck_fraction},
};

}  // namespace

std::span<const Metric<EpochRecord>> epoch_metrics() { return of_epochs; }
std::span<const Metric<LayerRecord>> layer_metrics() { return of_layers; }
std::span<const Metric<PhaseCost>> phase_cost_metrics() { return of_phases; }

}  // namespace memtrain
