#include "sim/data/generated.h"
#include "sim/data/prediction_errors.h"

namespace memtrain {
namespace {

/// Features of a step: a number uniform on (0, 1), and 1 at the two steps whose numbers are to be
/// added, else 0.
constexpr Index channels = 2;

Samples draw(const DataSettings& settings, GeneratedPart part, Index count) {
  const Index length = settings.generated.length;
  const Index half = length / 2;
  const Stream numbers = generated_stream(settings, adding_values, part);
  const Stream marks = generated_stream(settings, adding_marks, part);
  Samples samples{.inputs = Batch::Zero(count, length * channels), .values = Batch(count, 1)};
  std::vector<float> drawn(static_cast<std::size_t>(length));
  for (Index i = 0; i < count; ++i) {
    const auto sample = static_cast<std::uint32_t>(i);
    fill_uniform(numbers, sample, drawn);
    auto steps = Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, channels, Eigen::RowMajor>>(
        samples.inputs.row(i).data(), length, channels);
    steps.col(0) = (Eigen::Map<const Eigen::VectorXf>(drawn.data(), length).array() + 1.0F) / 2.0F;
    const auto words = marks.words(sample);
    float sum = 0.0F;
    for (const Index marked : {below(words[0], half), half + below(words[1], length - half)}) {
      steps(marked, 1) = 1.0F;
      sum += steps(marked, 0);
    }
    samples.values(i, 0) = sum;
  }
  return samples;
}

Dataset load(const DataSource& source, const std::filesystem::path& /*place*/,
             const DataSettings& settings) {
  const Index length = settings.generated.length;
  Dataset data{.name = std::string(source.name),
               .features = length * channels,
               .target = {.values = 1},
               .rows = length,
               .columns = 1,
               .channels = channels};
  data.train = draw(settings, GeneratedPart::train, settings.generated.train_samples);
  data.test = draw(settings, GeneratedPart::test, settings.generated.test_samples);
  // the mean of two numbers uniform on (0, 1); its expected square error is 1/6
  add_baseline(data, "always 1", Batch::Ones(data.test.size(), 1));
  return data;
}

}  // namespace

extern const DataSource adding_source{
    "adding",
    "generated: the sum of the two marked ones among random numbers (Hochreiter & Schmidhuber "
    "1997; Le et al. 2015, arXiv:1504.00941)",
    "nothing to get: it is generated",
    {},
    {},
    load,
    {},
    Origin::generated,
    Question::values};

}  // namespace memtrain
