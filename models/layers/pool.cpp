#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "models/layers/layer.h"
#include "models/layers/window.h"

namespace memtrain {
namespace {

struct PoolSettings {
  std::string mode = "max";
  int size = 2;
  int stride = 0;
  std::string padding = "valid";
};

std::span<const Parameter<PoolSettings>> pool_parameters() {
  using S = PoolSettings;
  static constexpr std::array<std::string_view, 2> modes{"max", "average"};
  static constexpr std::array<std::string_view, 2> paddings{"valid", "same"};
  static constexpr std::array<Parameter<S>, 4> rows{{
      {{.name = "mode",
        .unit = "1",
        .help = "what stands for a window: its largest activity or their mean",
        .choices = modes},
       member<&S::mode>},
      {{"size", "position", 0, 1e4,
        "sides of the window; 0: the whole map (global pooling), whatever the padding"},
       member<&S::size>},
      {{"stride", "position", 0, 1e4,
        "between windows; 0: their size, so that they do not overlap"},
       member<&S::stride>},
      {{.name = "padding",
        .unit = "1",
        .help =
            "windows inside the map only (valid), or so many that none of it is left out (same)",
        .choices = paddings},
       member<&S::padding>},
  }};
  return rows;
}

/// What lies in a window of a feature map, channel by channel, becomes one activity: the largest,
/// or the mean of those that are inside the map. An error goes back to the largest (the first of
/// several), or in equal parts to all.
class Pool final : public Layer {
 public:
  Pool(const PoolSettings& settings, const LayerContext& context, const Window& window)
      : Layer(context, window.output), largest_(settings.mode == "max") {
    window.for_each([&](Index place, Index /*in_window*/, Index position) {
      pairs_.push_back({place, position});
      counts_.resize(static_cast<std::size_t>(place) + 1);
      ++counts_.back();
    });
  }

  void compute(const BatchIn& x, Activity& out, const Pass& /*pass*/) override {
    out.h.resize(x.rows(), output_shape().size());
    for (Index i = 0; i < x.rows(); ++i) {
      const auto from = sample(x, i, input_shape());
      auto to = sample(out.h, i, output_shape());
      if (largest_) {
        to.setConstant(-std::numeric_limits<float>::infinity());
        for (const Pair& pair : pairs_) {
          to.row(pair.place) = to.row(pair.place).cwiseMax(from.row(pair.position));
        }
      } else {
        to.setZero();
        for (const Pair& pair : pairs_) to.row(pair.place) += from.row(pair.position);
        for (Index place = 0; place < to.rows(); ++place) to.row(place) /= count(place);
      }
    }
  }

  void compute_back(const BatchIn& x, const BatchIn& d, Batch& g, ErrorPath& /*path*/,
                    const Pass& /*pass*/) override {
    g.setZero(x.rows(), x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
      const auto from = sample(d, i, output_shape());
      auto to = sample(g, i, input_shape());
      if (largest_) {
        send_to_largest(sample(x, i, input_shape()), from, to);
      } else {
        for (const Pair& pair : pairs_) {
          to.row(pair.position) += from.row(pair.place) / count(pair.place);
        }
      }
    }
  }
  /// By convention, a multiply-accumulate for every input, forwards and back.
  [[nodiscard]] DigitalWork work_forward() const override {
    return {.macs = static_cast<double>(inputs())};
  }
  [[nodiscard]] DigitalWork work_back() const override { return work_forward(); }
  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Pool>(*this);
  }

 private:
  struct Pair {
    Index place, position;
  };
  using Map = Eigen::Map<Batch>;
  using ConstMap = Eigen::Map<const Batch>;

  static ConstMap sample(const BatchIn& batch, Index row, const Shape& shape) {
    return {batch.row(row).data(), shape.positions(), shape.channels};
  }
  static Map sample(Batch& batch, Index row, const Shape& shape) {
    return {batch.row(row).data(), shape.positions(), shape.channels};
  }
  [[nodiscard]] float count(Index place) const {
    return static_cast<float>(counts_[static_cast<std::size_t>(place)]);
  }
  void send_to_largest(const ConstMap& x, const ConstMap& d, Map& g) {
    const Index channels = input_shape().channels;
    winner_.setConstant(output_shape().positions(), channels, -1);
    for (const Pair& pair : pairs_) {
      for (Index c = 0; c < channels; ++c) {
        Index& winner = winner_(pair.place, c);
        if (winner < 0 || x(pair.position, c) > x(winner, c)) winner = pair.position;
      }
    }
    for (Index place = 0; place < d.rows(); ++place) {
      for (Index c = 0; c < channels; ++c) g(winner_(place, c), c) += d(place, c);
    }
  }

  bool largest_;
  std::vector<Pair> pairs_;
  std::vector<int> counts_;  // positions of a window that are inside the map
  Eigen::Matrix<Index, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> winner_;
};

std::unique_ptr<Layer> make_pool(const ParameterValues& values, const LayerContext& context) {
  const auto settings = settings_from(pool_parameters(), values);
  // a window as large as the map leaves nothing out, and slides nowhere
  const bool padded = settings.padding == "same" && settings.size > 0;
  const Window window =
      slide(context.input, settings.size, settings.size,
            settings.stride > 0 ? settings.stride : std::max(settings.size, 1), padded);
  if (window.output.positions() < 1) {
    shape_problem(context, fmt::format("a window of {} x {} does not fit into its inputs, {}",
                                       settings.size, settings.size, shape_text(context.input)));
  }
  return std::make_unique<Pool>(settings, context, window);
}

std::vector<ParameterDescription> describe_pool() { return describe(pool_parameters()); }

}  // namespace

extern const LayerKind pool_layer{.name = "pool",
                                  .summary = "the largest or the mean activity of every window",
                                  .parameters = describe_pool,
                                  .make = make_pool};

}  // namespace memtrain
