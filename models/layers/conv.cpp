#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "devices/array/grouped.h"
#include "models/layers/unfold.h"
#include "models/layers/weighted_layer.h"

namespace memtrain {
namespace {

struct ConvSettings {
  int channels = 0;
  int kernel = 3;
  int kernel_columns = 0;
  int stride = 1;
  std::string padding = "valid";
  int groups = 1;
  std::string activation = "tanh";
  WeightsSettings weights;
};

std::span<const Parameter<ConvSettings>> conv_parameters() {
  using S = ConvSettings;
  static constexpr std::array<std::string_view, 2> paddings{"valid", "same"};
  static const std::vector<Parameter<S>> rows = with_weights<S>({
      {{"channels", "1", 0, 1e5, "number of output channels; 0: as many as come in"},
       member<&S::channels>},
      {{"kernel", "position", 1, 1e4, "sides of the kernel"}, member<&S::kernel>},
      {{"kernel_columns", "position", 0, 1e4, "columns of a kernel that is not square; 0: it is"},
       member<&S::kernel_columns>},
      {{"stride", "position", 1, 1e4, "between neighbouring places of the kernel"},
       member<&S::stride>},
      {{.name = "padding",
        .unit = "1",
        .help =
            "kernels inside the map only (valid), or with zeros around it so that a stride of 1 "
            "keeps its size (same)",
        .choices = paddings},
       member<&S::padding>},
      {{"groups", "1", 1, most_groups,
        "parts of the channels that do not see one another, each an array of its own; as many as "
        "channels: a depthwise convolution"},
       member<&S::groups>},
      {{.name = "activation",
        .unit = "1",
        .help = "activation function",
        .choices = activation_names()},
       member<&S::activation>},
  });
  return rows;
}

/// A convolution: one array [channels × kernel · kernel · inputs' channels] that all places of the
/// kernel are read through, one vector read for each, and that is updated by one outer product for
/// each, which add up. Kernels are not flipped. With groups, an array for each.
class Conv final : public WeightedLayer {
 public:
  Conv(const ConvSettings& settings, const LayerContext& context, const Window& window)
      : WeightedLayer(
            context, window.output, settings.activation,
            Weights({context.name, context.weights, context.seed, context.array, settings.groups},
                    window.output.channels,
                    window.rows * window.columns * context.input.channels / settings.groups,
                    settings.weights)),
        unfold_(window, settings.groups) {}

  void compute(const BatchIn& x, Activity& out, const Pass& pass) override {
    const Index places = unfold_.places();
    out.z.resize(x.rows() * places, output_shape().channels);
    for_each_block(x.rows(), pass, [&](Index first, Index size, const Pass& now) {
      weights_.forward(patches(x.middleRows(first, size)), part_, now);
      out.z.middleRows(first * places, size * places) = part_;
    });
    // a row a place: softmax is over the channels of each
    activation().apply(out.z, out.h);
    out.z.resize(x.rows(), output_shape().size());
    out.h.resize(x.rows(), output_shape().size());
  }

  void compute_back(const BatchIn& x, const BatchIn& d, Batch& g, ErrorPath& path,
                    const Pass& pass) override {
    g.setZero(x.rows(), x.cols());
    for_each_block(x.rows(), pass, [&](Index first, Index size, const Pass& now) {
      path.carry(weights_, by_position(d.middleRows(first, size), output_shape()), part_, now);
      unfold_.fold(part_, g.middleRows(first, size));
    });
  }

  void outer_products(const BatchIn& x, const Activity& /*activity*/, const BatchIn& d,
                      OuterProducts& products) override {
    products.add(weights_, patches(x), by_position(d, output_shape()), unfold_.places());
  }

  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Conv>(*this);
  }

 private:
  /// So many values of patches stay in the cache between their layout and their read.
  static constexpr Index values_per_block = 1 << 17;
  static constexpr Index most_blocks = 1 << 12;  // random numbers have names for so many

  /// Calls work(first sample, samples, pass) for all samples in blocks. Their size depends on
  /// shapes only.
  template <class Work>
  void for_each_block(Index samples, const Pass& pass, Work&& work) const {
    const Index per_sample = unfold_.places() * unfold_.width();
    const Index at_least = (samples + most_blocks - 1) / most_blocks;
    const Index block = std::max(values_per_block / per_sample, std::max<Index>(at_least, 1));
    std::size_t step = 0;
    for (Index first = 0; first < samples; first += block, ++step) {
      work(first, std::min(block, samples - first), pass.at_step(step));
    }
  }

  /// What the kernel sees at every place, a row each; valid until the next call.
  BatchIn patches(const BatchIn& x) {
    if (unfold_.identity()) return by_position(x, {unfold_.places(), 1, unfold_.width()});
    unfold_.unfold(x, patches_);
    return patches_;
  }

  Unfold unfold_;
  Batch patches_, part_;
};

std::unique_ptr<Layer> make_conv(const ParameterValues& values, const LayerContext& context) {
  const auto settings = settings_from(conv_parameters(), values);
  const Index columns = settings.kernel_columns > 0 ? settings.kernel_columns : settings.kernel;
  Window window =
      slide(context.input, settings.kernel, columns, settings.stride, settings.padding == "same");
  if (settings.channels > 0) window.output.channels = settings.channels;
  if (window.output.positions() < 1) {
    shape_problem(context, fmt::format("a kernel of {} x {} does not fit into its inputs, {}",
                                       settings.kernel, columns, shape_text(context.input)));
  }
  for (const Index channels : {context.input.channels, window.output.channels}) {
    if (channels % settings.groups == 0) continue;
    shape_problem(context,
                  fmt::format("{} channels ({}) are no whole multiple of {} groups", channels,
                              channels == context.input.channels ? "of its inputs" : "its own",
                              settings.groups));
  }
  return std::make_unique<Conv>(settings, context, window);
}

std::vector<ParameterDescription> describe_conv() { return describe(conv_parameters()); }

}  // namespace

extern const LayerKind conv_layer{.name = "conv",
                                  .summary = "kernels slid over a feature map or a sequence",
                                  .parameters = describe_conv,
                                  .make = make_conv,
                                  .can_be_output = true};

}  // namespace memtrain
