#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "sim/data/images.h"
#include "tests/data_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

DataSettings task(const std::string& name, int length, int train = 400, int test = 100) {
  return {.name = name,
          .generated = {.length = length, .train_samples = train, .test_samples = test}};
}

}  // namespace

TEST_CASE("the adding problem asks for the sum of the numbers at two marks", "[data]") {
  const Index length = 9;
  const Dataset data = load_dataset(task("adding", length), {});
  CHECK(data.rows == length);
  CHECK(data.columns == 1);
  CHECK(data.channels == 2);
  CHECK(data.features == 2 * length);
  CHECK(data.target.regression());
  CHECK(data.target.values == 1);
  CHECK(data.train.size() == 400);
  CHECK(data.test.size() == 100);
  std::set<Index> first, second;
  double mean = 0;
  for (Index i = 0; i < data.train.size(); ++i) {
    double sum = 0;
    std::vector<Index> marked;
    for (Index step = 0; step < length; ++step) {
      const float number = data.train.inputs(i, 2 * step);
      const float mark = data.train.inputs(i, 2 * step + 1);
      CHECK((number > 0.0F && number < 1.0F));
      CHECK((mark == 0.0F || mark == 1.0F));
      if (mark == 1.0F) {
        marked.push_back(step);
        sum += static_cast<double>(number);
      }
      mean += static_cast<double>(number);
    }
    REQUIRE(marked.size() == 2);
    first.insert(marked[0]);
    second.insert(marked[1]);
    CHECK(data.train.values(i, 0) == Approx(sum));
  }
  // one in each half, anywhere in it
  CHECK(first == std::set<Index>{0, 1, 2, 3});
  CHECK(second == std::set<Index>{4, 5, 6, 7, 8});
  // within six standard errors of the mean of U(0, 1)
  const double numbers = 400.0 * static_cast<double>(length);
  CHECK(std::abs(mean / numbers - 0.5) < 6 / std::sqrt(12 * numbers));
}

TEST_CASE("always saying 1 has a mean squared error of a sixth in the adding problem", "[data]") {
  const Dataset data = load_dataset(task("adding", 10, 1, 20000), {});
  REQUIRE(data.baselines.size() >= 2);
  CHECK(data.baselines[0].name == "always 1");
  CHECK(data.baselines[0].metric == "test_mse");
  CHECK(data.baselines[0].value ==
        Approx((data.test.values.array() - 1.0F).square().mean()).epsilon(1e-4));
  // (u + v − 1)² has the mean 1/6 and the variance 7/180
  CHECK(std::abs(data.baselines[0].value - 1.0 / 6) < 6 * std::sqrt(7.0 / 180 / 20000));
}

TEST_CASE("copy memory shows ten symbols, waits, and asks for them", "[data]") {
  const Index waiting = 5, steps = 25, symbols = 10;
  const Dataset data = load_dataset(task("copy-memory", waiting), {});
  CHECK(data.rows == steps);
  CHECK(data.channels == symbols);
  CHECK(data.features == steps * symbols);
  CHECK(data.target.steps == steps);
  CHECK(data.target.classes == symbols);
  CHECK(data.train.labels.size() == static_cast<std::size_t>(400 * steps));
  std::vector<int> seen(8);
  for (Index i = 0; i < data.train.size(); ++i) {
    const std::uint8_t* label = data.train.labels.data() + i * steps;
    for (Index step = 0; step < steps; ++step) {
      const auto inputs = data.train.inputs.row(i).segment(step * symbols, symbols);
      Index symbol = 0;
      CHECK(inputs.maxCoeff(&symbol) == 1.0F);
      CHECK(inputs.sum() == 1.0F);
      // ten symbols of eight, T − 1 blanks, the delimiter, ten blanks
      if (step < 10) {
        REQUIRE(symbol < 8);
        ++seen[static_cast<std::size_t>(symbol)];
        CHECK(label[steps - 10 + step] == symbol);
      } else {
        CHECK(symbol == (step == 10 + waiting - 1 ? 9 : 8));
      }
      if (step < steps - 10) CHECK(label[step] == 8);
    }
  }
  for (const int count : seen) CHECK(std::abs(count - 500) < 6 * std::sqrt(4000 * 7 / 64.0));
  REQUIRE(data.baselines.size() == 2);
  CHECK(data.baselines[0] == Baseline{"without memory", "test_loss", 10 * std::log(8.0) / 25});
  CHECK(data.baselines[1].metric == "test_accuracy");
  CHECK(data.baselines[1].value == Approx((15 + 10.0 / 8) / 25));
}

TEST_CASE("generated tasks depend on their seed only, and training and test differ", "[data]") {
  for (const char* name : {"adding", "copy-memory"}) {
    DataSettings settings = task(name, 12, 50, 50);
    const Dataset data = load_dataset(settings, {});
    CHECK(data.train.inputs == load_dataset(settings, {}).train.inputs);
    CHECK(data.train.inputs != data.test.inputs);
    // more samples are the same ones and others
    settings.generated.train_samples = 60;
    CHECK(load_dataset(settings, {}).train.inputs.topRows(50) == data.train.inputs);
    settings.task_seed = 1;
    CHECK(load_dataset(settings, {}).test.inputs != data.test.inputs);
  }
}

TEST_CASE("validation is held out of generated samples with all their targets", "[data]") {
  DataSettings settings = task("copy-memory", 3, 20, 5);
  const Dataset whole = load_dataset(settings, {});
  settings.validation = 6;
  const Dataset parted = load_dataset(settings, {});
  CHECK(parted.train.size() == 14);
  CHECK(parted.train.labels.size() == 14 * 23);
  CHECK(parted.validation.inputs == whole.train.inputs.bottomRows(6));
  CHECK(std::equal(parted.validation.labels.begin(), parted.validation.labels.end(),
                   whole.train.labels.begin() + 14 * 23, whole.train.labels.end()));
  DataSettings adding = task("adding", 4, 20, 5);
  const Dataset values = load_dataset(adding, {});
  adding.validation = 6;
  CHECK(load_dataset(adding, {}).validation.values == values.train.values.bottomRows(6));
  CHECK(load_dataset(adding, {}).train.values == values.train.values.topRows(14));
}

TEST_CASE("images become sequences of rows, of pixels, or of pixels in one order", "[data]") {
  const DataSettings plain{.train_limit = 3, .test_limit = 2};
  const Dataset images = load_dataset(plain, {});
  DataSettings settings = plain;
  settings.sequence = "rows";
  const Dataset rows = load_dataset(settings, {});
  CHECK(rows.rows == 28);
  CHECK(rows.columns == 1);
  CHECK(rows.channels == 28);
  CHECK(rows.train.inputs == images.train.inputs);
  settings.sequence = "pixels";
  const Dataset pixels = load_dataset(settings, {});
  CHECK(pixels.rows == 784);
  CHECK(pixels.channels == 1);
  CHECK(pixels.train.inputs == images.train.inputs);
  settings.sequence = "permuted_pixels";
  const Dataset permuted = load_dataset(settings, {});
  auto order = pixel_order(0, 784);
  for (Index pixel = 0; pixel < 784; ++pixel) {
    const auto from = static_cast<Index>(order[static_cast<std::size_t>(pixel)]);
    CHECK(permuted.train.inputs.col(pixel) == images.train.inputs.col(from));
    CHECK(permuted.test.inputs.col(pixel) == images.test.inputs.col(from));
  }
  settings.task_seed = 5;
  CHECK(load_dataset(settings, {}).train.inputs != permuted.train.inputs);
  std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> every(784);
  std::iota(every.begin(), every.end(), 0U);
  CHECK(order == every);
}

TEST_CASE("sequences of images keep the channels of a pixel together, after a crop", "[data]") {
  // 2 × 3 pixels of two channels: feature 2 · pixel + channel
  const auto two_by_three = [] {
    Dataset data{.name = "colours", .features = 12, .rows = 2, .columns = 3, .channels = 2};
    data.train.inputs = Vector::LinSpaced(12, 0, 11);
    data.test.inputs = Batch(0, 12);
    return data;
  };
  Dataset rows = two_by_three();
  make_sequences(rows, "rows", 0);
  CHECK(rows.rows == 2);
  CHECK(rows.channels == 6);
  Dataset permuted = two_by_three();
  make_sequences(permuted, "permuted_pixels", 3);
  CHECK(permuted.rows == 6);
  CHECK(permuted.channels == 2);
  const auto order = pixel_order(3, 6);
  for (Index step = 0; step < 6; ++step) {
    const auto pixel = static_cast<float>(order[static_cast<std::size_t>(step)]);
    CHECK(permuted.train.inputs(0, 2 * step) == 2 * pixel);
    CHECK(permuted.train.inputs(0, 2 * step + 1) == 2 * pixel + 1);
  }
  const Dataset cropped =
      load_dataset({.train_limit = 1, .test_limit = 1, .crop = 4, .sequence = "rows"}, {});
  CHECK(cropped.rows == 20);
  CHECK(cropped.channels == 20);
}

TEST_CASE("patterns have the classes, the shape and the noise that are asked for", "[data]") {
  DataSettings settings{.name = "patterns",
                        .generated = {.train_samples = 400,
                                      .test_samples = 50,
                                      .shape = {5, 4, 3},
                                      .classes = 7,
                                      .noise = 0.0F}};
  const Dataset clean = load_dataset(settings, {});
  CHECK(clean.rows == 5);
  CHECK(clean.columns == 4);
  CHECK(clean.channels == 3);
  CHECK(clean.features == 60);
  CHECK(clean.target.classes == 7);
  CHECK(clean.train.size() == 400);
  CHECK(clean.test.size() == 50);
  // without noise a sample is its class's pattern, in the test as in training
  std::map<int, Vector> patterns;
  for (const Samples* part : {&clean.train, &clean.test}) {
    for (Index i = 0; i < part->size(); ++i) {
      const int label = part->labels[static_cast<std::size_t>(i)];
      CHECK(label < 7);
      const Vector sample = part->inputs.row(i);
      CHECK(patterns.try_emplace(label, sample).first->second == sample);
    }
  }
  REQUIRE(patterns.size() == 7);
  CHECK(patterns.at(0) != patterns.at(1));

  settings.generated.noise = 2.0F;
  const Dataset noisy = load_dataset(settings, {});
  CHECK(noisy.train.labels == clean.train.labels);
  Batch rest = noisy.train.inputs;
  for (Index i = 0; i < rest.rows(); ++i) {
    rest.row(i) -= patterns.at(noisy.train.labels[static_cast<std::size_t>(i)]) / std::sqrt(5.0F);
  }
  // 24000 numbers of s.d. 2/sqrt(5): within six standard errors of s.d. and mean
  const double deviation = std::sqrt(rest.cast<double>().array().square().mean());
  CHECK(deviation == Approx(2 / std::sqrt(5.0)).epsilon(6 / std::sqrt(2.0 * 24000)));
  CHECK(std::abs(rest.cast<double>().mean()) < 6 * 2 / std::sqrt(5.0 * 24000));
}

TEST_CASE("where the input is to be reconstructed, it is the target", "[data]") {
  DataSettings settings{.name = "patterns",
                        .validation = 10,
                        .generated = {.train_samples = 40, .test_samples = 8, .shape = {2, 3, 1}},
                        .reconstruct = true};
  const Dataset data = load_dataset(settings, {});
  CHECK(data.target.regression());
  CHECK(data.target.values == 6);
  for (const Samples* part : {&data.train, &data.validation, &data.test}) {
    CHECK(part->labels.empty());
    CHECK(part->values == part->inputs);
  }
  REQUIRE(!data.baselines.empty());
  CHECK(data.baselines[0].name == "mean of training");
  CHECK(question_of(settings) == Question::values);

  settings.augment.flip = true;
  CHECK(refusal_of([&] { return load_dataset(settings, {}); }) ==
        "2 data.reconstruct: asks for the inputs as they are, which data.augment_flip changes");
  settings.augment.flip = false;
  settings.generated.shape = {4, 4};
  CHECK(refusal_of([&] { return load_dataset(settings, {}); }) ==
        "2 data.shape: has 2 numbers, needs three: rows, columns, channels");
  settings.generated.shape = {100000, 100000, 100000};
  CHECK(refusal_of([&] { return load_dataset(settings, {}); }) ==
        "2 data.shape: 100000 x 100000 x 100000 is 1e+15 numbers a sample, at most 1e+07 are "
        "allowed");
}
