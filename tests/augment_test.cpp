#include "sim/data/augment.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/data_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

constexpr Index rows = 4, columns = 5, channels = 2, features = rows * columns * channels;

Dataset images(const AugmentSettings& settings) {
  return {.name = "images",
          .features = features,
          .target = {.classes = 2},
          .rows = rows,
          .columns = columns,
          .channels = channels,
          .train = {},
          .test = {},
          .validation = {},
          .augment = settings};
}

/// So many copies of an image whose features are 1, 2, 3, …: none is 0, no two are equal.
Batch copies(Index count) { return Vector::LinSpaced(features, 1, features).replicate(count, 1); }

/// The image of `copies`, or its mirror image, moved; 0 where it has no pixels.
Vector window(bool flip, Index down, Index right) {
  Vector out = Vector::Zero(features);
  for (Index r = 0; r < rows; ++r) {
    for (Index c = 0; c < columns; ++c) {
      const Index of_row = r + down;
      Index of_column = c + right;
      if (of_row < 0 || of_row >= rows || of_column < 0 || of_column >= columns) continue;
      if (flip) of_column = columns - 1 - of_column;
      for (Index k = 0; k < channels; ++k) {
        out((r * columns + c) * channels + k) =
            static_cast<float>((of_row * columns + of_column) * channels + k + 1);
      }
    }
  }
  return out;
}

/// How often each of the images occurs in the batch; the last number: how often another one does.
std::vector<int> occurrences(const Batch& batch, const std::vector<Vector>& of) {
  std::vector<int> counts(of.size() + 1);
  for (Index i = 0; i < batch.rows(); ++i) {
    std::size_t k = 0;
    while (k < of.size() && batch.row(i) != of[k]) ++k;
    ++counts[k];
  }
  return counts;
}

/// Whether each count but the last is as of `samples` equal chances, within six standard errors: a
/// correct program fails with a probability of 2e-9 a count. The last one is 0.
bool equally_often(const std::vector<int>& counts, Index samples) {
  const double p = 1.0 / static_cast<double>(counts.size() - 1);
  const double n = static_cast<double>(samples);
  for (std::size_t k = 0; k + 1 < counts.size(); ++k) {
    if (std::abs(counts[k] - n * p) > 6 * std::sqrt(n * p * (1 - p))) return false;
  }
  return counts.back() == 0;
}

Batch augmented(const AugmentSettings& settings, const Stream& stream, Index count) {
  Batch batch = copies(count);
  Augmentation(images(settings)).apply(batch, stream);
  return batch;
}

const Stream stream{.seed = 7, .purpose = Purpose::augmentation, .epoch = 3, .batch = 5};

std::string refusal_of_augmentation(const Dataset& data) {
  return refusal_of([&] {
    check_augmentation(data, data.augment);
    return 0;
  });
}

}  // namespace

TEST_CASE("images are mirrored left-right half of the time, channels as they were", "[data]") {
  const Vector mirror = window(true, 0, 0);
  CHECK(mirror(0) == 9.0F);  // pixel (0, 4), channel 0
  CHECK(mirror(1) == 10.0F);
  const std::vector<Vector> possible{window(false, 0, 0), mirror};
  CHECK(equally_often(occurrences(augmented({.flip = true}, stream, 4000), possible), 4000));
}

TEST_CASE("the same images mirrored twice are as they were", "[data]") {
  Batch batch = copies(50);
  Augmentation augmentation(images({.flip = true}));
  augmentation.apply(batch, stream);
  CHECK(batch != copies(50));
  augmentation.apply(batch, stream);
  CHECK(batch == copies(50));
}

TEST_CASE("a random crop is any window of the image with zeros around it, equally often",
          "[data]") {
  std::vector<Vector> possible;
  for (Index down = -2; down <= 2; ++down) {
    for (Index right = -2; right <= 2; ++right) possible.push_back(window(false, down, right));
  }
  CHECK(equally_often(occurrences(augmented({.crop = 2}, stream, 8000), possible), 8000));
  for (Index down = -2; down <= 2; ++down) {
    for (Index right = -2; right <= 2; ++right) possible.push_back(window(true, down, right));
  }
  CHECK(equally_often(occurrences(augmented({.flip = true, .crop = 2}, stream, 8000), possible),
                      8000));
  // the broadest margin leaves one pixel of a corner
  const Batch broad = augmented({.crop = 3}, stream, 2000);
  CHECK(occurrences(broad, {window(false, 3, 3)})[0] > 0);
}

TEST_CASE("an augmented image depends on the stream and its place in the mini-batch only",
          "[data]") {
  const AugmentSettings settings{.flip = true, .crop = 2};
  const Batch batch = augmented(settings, stream, 40);
  CHECK(batch == augmented(settings, stream, 40));
  CHECK(batch.topRows(10) == augmented(settings, stream, 10));
  Stream next = stream;
  ++next.batch;
  CHECK(batch != augmented(settings, next, 40));
  // what has been done before does not matter
  Augmentation used(images(settings));
  Batch first = copies(64);
  used.apply(first, next);
  Batch second = copies(40);
  used.apply(second, stream);
  CHECK(second == batch);
  CHECK(augmented({}, stream, 40) == copies(40));
}

TEST_CASE("augmentation of what it cannot change is refused", "[data]") {
  CHECK(refusal_of_augmentation(images({.flip = true, .crop = 3})) == "loaded");
  CHECK(refusal_of_augmentation(images({.crop = 4})) ==
        "2 data.augment_crop: 4 is out of range [0, 3] for images of 4 x 5 pixels ('images')");
  Dataset series = images({.flip = true});
  series.columns = 6;
  CHECK(refusal_of_augmentation(series) ==
        "2 data.augment_flip: the samples of 'images' are not images of several rows and columns");
  series = images({.crop = 1});
  series.rows = 1;
  series.features = columns * channels;
  CHECK(refusal_of_augmentation(series) ==
        "2 data.augment_crop: the samples of 'images' are not images of several rows and columns");
  series.augment = {};
  CHECK(refusal_of_augmentation(series) == "loaded");
  // as loading does, with the images as they are cropped
  CHECK(load_refusal(
            {}, {.name = "fashion-mnist", .train_limit = 1, .crop = 13, .augment = {.crop = 2}}) ==
        "2 data.augment_crop: 2 is out of range [0, 1] for images of 2 x 2 pixels "
        "('fashion-mnist')");
}
