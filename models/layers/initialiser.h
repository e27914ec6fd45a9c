#pragma once
#include <span>
#include <string_view>

#include "sim/base/batch.h"
#include "sim/base/stream.h"

namespace memtrain {

/// normal: N(0, 1/in); xavier_uniform, xavier_normal: variance 2/(in + out) (Glorot & Bengio 2010);
/// he_uniform, he_normal: variance 2/in (He et al. 2015, doi:10.1109/ICCV.2015.123); zeros.
[[nodiscard]] std::span<const std::string_view> initialiser_names();

/// Draws weights [outputs × inputs] from the stream, a row of it an output.
[[nodiscard]] Matrix initial_weights(std::string_view initialiser, Index outputs, Index inputs,
                                     const Stream& stream);

}  // namespace memtrain
