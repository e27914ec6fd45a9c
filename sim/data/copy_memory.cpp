#include <cmath>

#include "sim/data/generated.h"

namespace memtrain {
namespace {

// the task of Arjovsky, Shah & Bengio 2016, arXiv:1511.06464, section 4.1
constexpr Index letters = 8;  ///< that may have to be remembered: symbols 0 … 7
constexpr std::uint8_t blank = 8;
constexpr std::uint8_t go = 9;  ///< asks for what was read
constexpr Index symbols = 10;
constexpr Index remembered = 10;  ///< steps that are to be remembered

Samples draw(const DataSettings& settings, GeneratedPart part, Index count) {
  const Index waiting = settings.generated.length;
  const Index steps = waiting + 2 * remembered;
  const Stream stream = generated_stream(settings, copy_symbols, part);
  Samples samples{
      .inputs = Batch::Zero(count, steps * symbols),
      .labels = std::vector<std::uint8_t>(static_cast<std::size_t>(count * steps), blank)};
  std::vector<std::uint8_t> read(static_cast<std::size_t>(steps));
  for (Index i = 0; i < count; ++i) {
    std::fill(read.begin(), read.end(), blank);
    read[static_cast<std::size_t>(waiting + remembered - 1)] = go;
    const std::uint32_t word = stream.words(static_cast<std::uint32_t>(i))[0];
    std::uint8_t* write = samples.labels.data() + (i + 1) * steps - remembered;
    for (unsigned step = 0; step < remembered; ++step) {
      read[step] = static_cast<std::uint8_t>((word >> (3 * step)) % letters);
      write[step] = read[step];
    }
    for (Index step = 0; step < steps; ++step) {
      samples.inputs(i, step * symbols + read[static_cast<std::size_t>(step)]) = 1.0F;
    }
  }
  return samples;
}

Dataset load(const DataSource& source, const std::filesystem::path& /*place*/,
             const DataSettings& settings) {
  const Index steps = settings.generated.length + 2 * remembered;
  Dataset data{.name = std::string(source.name),
               .features = steps * symbols,
               .target = {.steps = steps, .classes = symbols},
               .rows = steps,
               .columns = 1,
               .channels = symbols};
  data.train = draw(settings, GeneratedPart::train, settings.generated.train_samples);
  data.test = draw(settings, GeneratedPart::test, settings.generated.test_samples);
  // blanks until the end, then any letter with the same probability
  const auto guessed = static_cast<double>(remembered) / static_cast<double>(steps);
  const auto n = static_cast<double>(letters);
  data.baselines = {{"without memory", "test_loss", guessed * std::log(n)},
                    {"without memory", "test_accuracy", 1 - guessed * (n - 1) / n}};
  return data;
}

}  // namespace

extern const DataSource copy_memory_source{
    "copy-memory",
    "generated: ten symbols, to be written after a pause; 10 classes at every step (Arjovsky et "
    "al. 2016, arXiv:1511.06464)",
    "nothing to get: it is generated",
    {},
    {},
    load,
    {},
    Origin::generated,
    Question::step_labels};

}  // namespace memtrain
