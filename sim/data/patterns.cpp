#include <cmath>

#include "sim/data/generated.h"

namespace memtrain {
namespace {

/// Class c is a pattern m_c ~ N(0, 1) feature by feature, the same in both parts; a sample of it is
/// (m_c + noise · N(0, 1)) / √(1 + noise²), so that features have mean 0 and variance 1.
Samples draw(const DataSettings& settings, GeneratedPart part, Index count, const Batch& patterns) {
  const Stream labels = generated_stream(settings, pattern_labels, part);
  const Stream noise = generated_stream(settings, pattern_noise, part);
  const float strength = settings.generated.noise;
  const float scale = 1.0F / std::sqrt(1.0F + strength * strength);
  Samples samples{.inputs = Batch(count, patterns.cols()),
                  .labels = std::vector<std::uint8_t>(static_cast<std::size_t>(count))};
  for (Index i = 0; i < count; ++i) {
    const auto sample = static_cast<std::uint32_t>(i);
    const Index label = below(labels.words(sample)[0], patterns.rows());
    samples.labels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(label);
    auto features = samples.inputs.row(i);
    fill_gaussian(noise, sample,
                  {features.data(), static_cast<std::size_t>(samples.inputs.cols())});
    features = (patterns.row(label) + strength * features) * scale;
  }
  return samples;
}

Dataset load(const DataSource& source, const std::filesystem::path& /*place*/,
             const DataSettings& settings) {
  const GeneratedSettings& wanted = settings.generated;
  Dataset data{.name = std::string(source.name),
               .target = {.classes = wanted.classes},
               .rows = static_cast<Index>(wanted.shape[0]),
               .columns = static_cast<Index>(wanted.shape[1]),
               .channels = static_cast<Index>(wanted.shape[2])};
  data.features = data.rows * data.columns * data.channels;
  // patterns are of no part: both have the same ones
  const Stream stream = generated_stream(settings, pattern_means, GeneratedPart::train);
  Batch patterns(wanted.classes, data.features);
  for (Index c = 0; c < patterns.rows(); ++c) {
    fill_gaussian(stream, static_cast<std::uint32_t>(c),
                  {patterns.row(c).data(), static_cast<std::size_t>(data.features)});
  }
  data.train = draw(settings, GeneratedPart::train, wanted.train_samples, patterns);
  data.test = draw(settings, GeneratedPart::test, wanted.test_samples, patterns);
  return data;
}

}  // namespace

extern const DataSource patterns_source{
    "patterns",
    "generated: random patterns with noise, in as many classes and of the shape that is asked for; "
    "a stand-in for data that are not at hand",
    "nothing to get: it is generated",
    {},
    {},
    load,
    {},
    Origin::generated};

}  // namespace memtrain
