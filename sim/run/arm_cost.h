#pragma once
#include "sim/cost/arm_cost.h"
#include "sim/data/dataset.h"

namespace memtrain {

/// The cost of an arm from shapes alone: its rule learns from one blank sample, and the arrays
/// count what it asks of them. What depends on data is NaN: pulses and the energy of devices;
/// conversions too where vectors are read again until they fit. What happens every so many
/// mini-batches counts for its part. Errors: Failure::usage where the network does not fit.
[[nodiscard]] ArmCost cost_of(const Arm& arm, const BlankDataset& data);

/// The cost of an arm as measured in so many mini-batches of its training with one seed.
[[nodiscard]] ArmCost measured_cost(const Arm& arm, const Dataset& data, std::uint64_t seed,
                                    Index batches);

}  // namespace memtrain
