#pragma once
#include "sim/data/dataset.h"

namespace memtrain {

/// Crops, binarises and normalises images with pixels in [0, 1], and makes sequences of them, as
/// the settings say. Errors: Failure::usage for a crop beyond the images and for an augmentation
/// that they cannot have.
void prepare_images(Dataset& data, const DataSettings& settings);

/// The order of permuted pixels: step t of a sequence is pixel order[t], counted row by row.
[[nodiscard]] std::vector<std::uint32_t> pixel_order(std::int64_t task_seed, Index pixels);

/// Turns images into sequences: each step a row of pixels (`how` = rows), a pixel (pixels), or a
/// pixel in one random order (permuted_pixels), as in Le, Jaitly & Hinton 2015, arXiv:1504.00941.
void make_sequences(Dataset& data, std::string_view how, std::int64_t task_seed);

}  // namespace memtrain
