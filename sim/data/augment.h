#pragma once
#include "sim/base/stream.h"
#include "sim/data/dataset.h"

namespace memtrain {

/// Refuses an augmentation that the samples of `data` cannot have. Errors: Failure::usage when they
/// are not images (features = rows × columns × channels, with two rows and columns at least), or
/// the zeros around an image are as broad as the image.
void check_augmentation(const Dataset& data, const AugmentSettings& settings);

/// Changes the images of training mini-batches at random: mirrors them, and takes windows of them
/// with zeros around. Zeros stand for 0 as the network sees it: after normalisation, so with
/// `standard` and `channel` for the mean.
class Augmentation {
 public:
  /// Does what data.augment says to images of data's shape, which check_augmentation has passed.
  explicit Augmentation(const Dataset& data);

  /// Changes a mini-batch [samples × features] in place. The random numbers of a sample are named
  /// by the stream and its place in the mini-batch: arms that share a stream meet the same images.
  void apply(Batch& inputs, const Stream& stream);

 private:
  /// What becomes of one image: pixel (r, c) is taken from (r + down, c + right) of the image, or
  /// of its mirror image; beyond the edges it is 0.
  struct Change {
    bool flip = false;
    Index down = 0, right = 0;  ///< in [−crop, crop]
  };
  [[nodiscard]] Change draw(const Stream& stream, Index sample) const;
  void change_row(const Change& change, const float* from, float* to) const;

  AugmentSettings settings_;
  Index rows_, columns_, channels_;
  Vector image_;  ///< the image before its change
};

}  // namespace memtrain
