#include <array>
#include <cassert>
#include <cmath>
#include <limits>

#include "models/rules/learning_rule.h"

namespace memtrain {
namespace {

struct FfSettings {
  float threshold = 1.0F;
  std::string goodness = "sum";
  std::string negatives = "hard";
  std::string predict = "goodness";
  float label_value = 1.0F;
};

std::span<const Parameter<FfSettings>> ff_parameters() {
  using S = FfSettings;
  static constexpr std::array<std::string_view, 2> goodnesses{"sum", "mean"};
  static constexpr std::array<std::string_view, 2> negatives{"hard", "random"};
  static constexpr std::array<std::string_view, 2> predictions{"goodness", "head"};
  static constexpr std::array<Parameter<S>, 5> rows{{
      {{"threshold", "1", 0, 1e6, "mean square activity that parts positive from negative samples"},
       member<&S::threshold>},
      {{.name = "goodness",
        .unit = "1",
        .help = "what is compared with the threshold: the activities' sum of squares (and the "
                "threshold times their number), or their mean square; sum parts more sharply",
        .choices = goodnesses},
       member<&S::goodness>},
      {{.name = "negatives",
        .unit = "1",
        .help = "the wrong label of a negative sample: drawn as the head finds it likely, or from "
                "all alike (then the head learns only if it predicts)",
        .choices = negatives},
       member<&S::negatives>},
      {{.name = "predict",
        .unit = "1",
        .help = "how a sample is classified: by the label of the largest goodness, a forward pass "
                "for each, or by the output layer, trained as a head on a neutral label",
        .choices = predictions},
       member<&S::predict>},
      {{"label_value", "1", 0, 1e6, "size of the one input that tells the label"},
       member<&S::label_value>},
  }};
  return rows;
}

/// Forward-forward (Hinton 2022, arXiv:2212.13345). The label is written one-hot over the first
/// features. Every hidden layer raises its goodness g = Σ h² above a threshold θ for samples with
/// their own label, and lowers it for samples with a wrong one:
///   loss_l = log(1 + e^(θ − g⁺)) or log(1 + e^(g⁻ − θ)),
///   δ⁺_l = −σ(θ − g⁺) 2h⁺ ⊙ f′(z), δ⁻_l = σ(g⁻ − θ) 2h⁻ ⊙ f′(z),
/// with θ = threshold · n_l; for goodness = mean, g and θ are divided by n_l.
/// What a layer reads, the input included, is brought to a mean square of 1 first, so that it
/// cannot see the goodness of the layer below. Both passes are one read of twice the samples. A
/// sample belongs to the label with the largest goodness, added up over hidden layers but the first
/// (or over the only one).
///
/// The output layer is a head: a classifier on the last hidden layer's activities for a neutral
/// label (all classes alike), read in a third pass. It tells how training goes (the training loss
/// and accuracy are the head's) and which wrong labels are hard. Without a head, as random
/// negatives and prediction by goodness need none, the training loss is the sum of the local ones
/// and the training accuracy is not known. Random: negative_labels.
class ForwardForward final : public LearningRule {
 public:
  explicit ForwardForward(const FfSettings& settings) : settings_(settings) {}

  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) override {
    const std::size_t hidden = network.size() - 1;
    const Index n = batch.inputs.rows();
    BatchResult result{0, std::numeric_limits<double>::quiet_NaN()};
    if (head_learns()) {
      result = teach_head(network, batch, products, pass);
      if (!std::isfinite(result.loss)) return result;  // no likely wrong label to draw
    }
    labelled_.resize(2 * n, batch.inputs.cols());
    labelled_.topRows(n) = batch.inputs;
    labelled_.bottomRows(n) = batch.inputs;
    write_labels(batch.targets, 0);
    choose_negatives(batch.targets, pass);
    write_labels(wrong_, n);
    read_hidden(network, labelled_, head_learns() ? pass.next_read() : pass);
    double local = 0;
    for (std::size_t l = 0; l < hidden; ++l) {
      const double loss = local_errors(activities_[l].h, n);
      count_squares(CostPhase::update, activities_[l].h, pass);
      local += loss;
      tell_loss(network, l, loss, products);
      network.layer(l).local_error(activities_[l], delta_);
      network.layer(l).outer_products(normalised_[l], activities_[l], delta_, products);
    }
    if (!head_learns()) result.loss = local;
    return result;
  }

  /// Every layer learns as soon as it has been read.
  [[nodiscard]] Index held_values(const Network& network) const override {
    return network.values_in_flight() + network.output().outputs();
  }

  void predict(Network& network, const BatchIn& x, Batch& outputs, const Pass& pass) override {
    const Index classes = network.output().outputs();
    labelled_ = x;
    if (settings_.predict == "head") {
      read_head(network, classes, pass);
      outputs = head_.h;
      return;
    }
    goodness_sums_.setZero(x.rows(), classes);
    Pass now = pass;
    for (Index label = 0; label < classes; ++label) {
      labelled_.leftCols(classes).setZero();
      labelled_.col(label).setConstant(settings_.label_value);
      read_hidden(network, labelled_, now);
      for (std::size_t l = first_counted(network); l + 1 < network.size(); ++l) {
        goodness_sums_.col(label) += goodness(activities_[l].h);
      }
      // more labels than reads have names share their noise
      if (now.read + 1 < reads_of_rules) now = now.next_read();
    }
    // as probabilities: the loss of a prediction is their cross-entropy
    find_activation("softmax").apply(goodness_sums_, outputs);
  }

 private:
  [[nodiscard]] bool head_learns() const {
    return settings_.negatives == "hard" || settings_.predict == "head";
  }
  [[nodiscard]] static std::size_t first_counted(const Network& network) {
    return network.size() > 2 ? 1 : 0;
  }

  /// Writes one-hot labels over the first features of rows [first, first + labels.rows()).
  void write_labels(const BatchIn& labels, Index first) {
    labelled_.block(first, 0, labels.rows(), labels.cols()) = settings_.label_value * labels;
  }

  /// Reads all hidden layers: activities_[l], from normalised_[l]; the last of these is what a
  /// layer above would see.
  void read_hidden(Network& network, const BatchIn& x, const Pass& pass) {
    const std::size_t hidden = network.size() - 1;
    activities_.resize(network.size());
    normalised_.resize(hidden + 1);
    normalise(x, normalised_[0]);
    count_squares(forward_phase(pass), normalised_[0], pass);
    for (std::size_t l = 0; l < hidden; ++l) {
      network.layer(l).forward(normalised_[l], activities_[l], pass);
      normalise(activities_[l].h, normalised_[l + 1]);
      count_squares(forward_phase(pass), normalised_[l + 1], pass);
    }
  }

  /// Brings every sample to a mean square of 1; silence stays silence.
  void normalise(const BatchIn& h, Batch& out) {
    const float silent = 1e-8F;
    scales_ = (h.rowwise().squaredNorm().array() / static_cast<float>(h.cols()) + silent).rsqrt();
    out = h.array().colwise() * scales_.array();
  }

  /// Reads labelled_ with a neutral label written over it, and the head: head_.
  void read_head(Network& network, Index classes, const Pass& pass) {
    labelled_.leftCols(classes).setConstant(settings_.label_value / static_cast<float>(classes));
    read_hidden(network, labelled_, pass);
    network.output().forward(normalised_.back(), head_, pass);
  }

  BatchResult teach_head(Network& network, const MiniBatch& batch, OuterProducts& products,
                         const Pass& pass) {
    labelled_ = batch.inputs;
    read_head(network, batch.targets.cols(), pass);
    output_delta(network.output().activation(), head_.z, head_.h, batch.targets, output_delta_);
    count_comparison(output_delta_, pass);
    network.output().outer_products(normalised_.back(), head_, output_delta_, products);
    return {network.loss_of(head_.h, batch.targets), network.count_correct(head_.h, batch.targets)};
  }

  /// Fills wrong_ with a one-hot wrong label for every sample.
  void choose_negatives(const BatchIn& targets, const Pass& pass) {
    const Stream stream = pass.stream(Purpose::negative_labels, 0);
    const Index classes = targets.cols();
    wrong_.setZero(targets.rows(), classes);
    for (Index i = 0; i < targets.rows(); ++i) {
      likely_ = settings_.negatives == "hard" ? Vector(head_.h.row(i)) : Vector::Ones(classes);
      // a head that is certain leaves the choice open
      likely_ = (likely_.array() + 1e-9F) * (1.0F - targets.row(i).array());
      float left = to_unit(stream.words(static_cast<std::uint32_t>(i))[0]) * likely_.sum();
      Index chosen = -1;
      for (Index label = 0; label < classes && left > 0.0F; ++label) {
        if (likely_[label] > 0.0F) chosen = label;
        left -= likely_[label];
      }
      assert(chosen >= 0 && "there are other classes");
      wrong_(i, chosen) = 1.0F;
    }
  }

  [[nodiscard]] Eigen::VectorXf goodness(const Batch& h) const {
    const Eigen::VectorXf squares = h.rowwise().squaredNorm();
    return settings_.goodness == "sum" ? squares
                                       : Eigen::VectorXf(squares / static_cast<float>(h.cols()));
  }

  /// Fills delta_ with ∂loss_l/∂h of n positive samples and then n negative ones; the loss, a mean.
  double local_errors(const Batch& h, Index n) {
    const auto units = static_cast<float>(h.cols());
    const bool sum = settings_.goodness == "sum";
    const float threshold = sum ? settings_.threshold * units : settings_.threshold;
    // how far on the wrong side of the threshold
    Eigen::ArrayXf wrong = goodness(h).array() - threshold;
    wrong.head(n) *= -1.0F;
    Eigen::ArrayXf pull = (sum ? 2.0F : 2.0F / units) * wrong.logistic();
    pull.head(n) *= -1.0F;
    delta_ = h.array().colwise() * pull;
    // log(1 + e^w), without overflow
    return static_cast<double>((wrong.cwiseMax(0.0F) + (-wrong.abs()).exp().log1p()).mean());
  }

  FfSettings settings_;
  std::vector<Batch> normalised_;
  Activity head_;
  Batch labelled_, wrong_, delta_, goodness_sums_;
  Eigen::VectorXf scales_;
  Vector likely_;
};

}  // namespace

extern const RuleKind ff_rule{
    "ff",
    "forward-forward: every layer tells right labels in the input from wrong ones",
    "Hinton 2022, arXiv:2212.13345",
    [](const ParameterValues& /*values*/) {
      return Needs{.second_forward_read = true,
                   .label_in_input = true,
                   .hidden_layers = true,
                   .class_probabilities = true,
                   .dense_layers = true};
    },
    [] { return describe(ff_parameters()); },
    [](const ParameterValues& values,
       const RuleContext& /*context*/) -> std::unique_ptr<LearningRule> {
      return std::make_unique<ForwardForward>(settings_from(ff_parameters(), values));
    },
    [](const SheetCounts& s) { return 2 * (s.forward + s.update + 2 * s.all_outputs); }};

}  // namespace memtrain
