#include <algorithm>
#include <catch2/catch.hpp>
#include <utility>

#include "sim/base/error.h"
#include "tests/layer_reference.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

LayerSettings with_name(LayerSettings layer, const std::string& name) {
  layer.values["name"] = name;
  return layer;
}
LayerSettings conv(std::int64_t channels, std::int64_t kernel, const std::string& activation,
                   const ParameterValues& more = {}) {
  LayerSettings layer{"conv",
                      {{"channels", channels}, {"kernel", kernel}, {"activation", activation}}};
  for (const auto& [key, value] : more) layer.values[key] = value;
  return layer;
}
const Value same = std::string("same");
Value whole(std::int64_t number) { return number; }

Network image_net(const std::vector<LayerSettings>& layers, const Shape& shape,
                  const ArraySettings& array = {.kind = "exact"}) {
  return make_network(layers, find_loss("cross_entropy"), array, shape, 3);
}

/// Five images with four classes.
struct Images {
  Shape shape;
  Batch inputs, targets = Batch::Zero(5, 4);
  explicit Images(const Shape& image) : shape(image), inputs(Batch::Random(5, image.size())) {
    for (Index i = 0; i < 5; ++i) targets(i, i % 4) = 1.0F;
  }
  [[nodiscard]] Flow flow() const { return {shape, inputs.cast<double>()}; }
};

Kept asked_of(std::string_view rule, const ParameterValues& settings, Network& network,
              const Images& images) {
  Task task;
  task.inputs = images.inputs;
  task.targets = images.targets;
  return asked(rule, settings, network, task);
}

/// Networks in which every layer and every way through it occurs.
std::vector<std::pair<std::vector<LayerSettings>, Shape>> networks() {
  return {
      {{conv(3, 3, "tanh"), {"pool", {}}, dense(4, "softmax")}, {8, 8, 2}},
      {{conv(4, 3, "sigmoid", {{"padding", same}, {"stride", whole(2)}}),
        {"pool", {{"mode", std::string("average")}, {"size", whole(3)}, {"stride", whole(2)}}},
        conv(3, 1, "tanh"),
        {"flatten", {}},
        dense(4, "softmax")},
       {9, 7, 3}},
      {{conv(4, 3, "tanh", {{"kernel_columns", whole(2)}, {"groups", whole(2)}}),
        conv(4, 3, "tanh", {{"groups", whole(4)}, {"padding", same}}),
        {"pool", {{"mode", std::string("average")}, {"size", whole(0)}}},
        dense(4, "softmax")},
       {6, 5, 2}},
      // kernels that see whole rows, and then the whole map: one place, and nothing to lay out
      {{conv(3, 1, "tanh", {{"kernel_columns", whole(6)}}), conv(5, 1, "tanh", {{"padding", same}}),
        conv(6, 4, "tanh", {{"kernel_columns", whole(1)}}), dense(4, "softmax")},
       {4, 6, 2}},
      // maps that shrink to one position, of which a kernel sees padding on all sides
      {{conv(3, 3, "tanh", {{"padding", same}, {"stride", whole(2)}}),
        conv(3, 3, "tanh", {{"padding", same}, {"stride", whole(2)}}),
        conv(4, 3, "sigmoid", {{"padding", same}}), conv(4, 2, "tanh", {{"padding", same}}),
        dense(4, "softmax")},
       {4, 3, 2}},
      // two blocks with a shortcut: as it is, and through a convolution of its own
      {{with_name(conv(3, 3, "tanh", {{"padding", same}}), "first"),
        conv(3, 3, "linear", {{"padding", same}}),
        with_name({"add", {{"with", std::string("first")}, {"activation", std::string("tanh")}}},
                  "block"),
        with_name(conv(2, 3, "linear", {{"padding", same}, {"stride", whole(2)}}), "narrow"),
        conv(2, 1, "linear", {{"input", std::string("block")}, {"stride", whole(2)}}),
        {"add", {{"with", std::string("narrow")}, {"activation", std::string("sigmoid")}}},
        {"pool", {{"padding", same}}},
        dense(4, "softmax")},
       {5, 6, 2}},
  };
}

std::string problem_of(const std::vector<LayerSettings>& layers, const Shape& shape) {
  try {
    image_net(layers, shape);
  } catch (const Error& error) {
    CHECK(error.kind == Failure::usage);
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("layers for images give what direct loops give", "[layers]") {
  const auto [layers, shape] = GENERATE(from_range(networks()));
  Network network = image_net(layers, shape);
  const Images images(shape);
  std::vector<Activity> activities;
  network.forward(images.inputs, activities, {});
  const auto flows = evaluated(layers, all_weights(network), images.flow());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    INFO(network.layer(l).name());
    CHECK(network.layer(l).output_shape() == flows[l].shape);
    CHECK(agrees(activities[l].h, flows[l].values));
  }
}

TEST_CASE("BP's gradients through layers for images match central finite differences",
          "[layers][rules]") {
  const auto [layers, shape] = GENERATE(from_range(networks()));
  Network network = image_net(layers, shape);
  const Images images(shape);
  const Kept kept = asked_of("bp", {}, network, images);
  auto weights = all_weights(network);
  const auto loss = [&, &layers = layers] {
    const auto flows = evaluated(layers, weights, images.flow());
    return -(images.targets.cast<double>().array() * flows.back().values.array().log()).sum() / 5;
  };
  for (std::size_t id = 0; id < weights.size(); ++id) {
    INFO(network.weights(id).name());
    const Eigen::MatrixXd numeric = numeric_gradient(weights[id], loss);
    REQUIRE(numeric.norm() > 1e-4);
    CHECK((kept.gradients[id].cast<double>() - numeric).norm() < 1e-3 * numeric.norm());
  }
}

TEST_CASE("an update of a convolution follows the gradient, groups or not, with any optimiser",
          "[layers]") {
  // of weights that are shared by all places: a step of Adam does not know how many there are
  const auto method = GENERATE(OptimiserMethod::sgd, OptimiserMethod::adam);
  ArraySettings exact{.kind = "exact"};
  exact.crosspoints.optimiser.method = method;
  const auto [layers, shape] = GENERATE(from_range(networks()));
  Network network = image_net(layers, shape, exact);
  const auto before = all_weights(network);
  const Images images(shape);
  const Kept kept = asked_of("bp", {}, network, images);
  const auto rule = find_rule_kind("bp")->make({}, {&network, 1});
  const float rate = method == OptimiserMethod::adam ? 0.01F : 0.5F;
  Apply apply(rate);
  rule->learn(network, {images.inputs, images.targets}, apply, {});
  for (std::size_t id = 0; id < before.size(); ++id) {
    const Eigen::MatrixXd moved = before[id] - weights_of(network, id);
    const Eigen::MatrixXd gradient = kept.gradients[id].cast<double>();
    if (method == OptimiserMethod::adam) {
      CHECK((moved.array().abs() < 0.0101).all());
      CHECK((moved.array() * gradient.array() >= 0).all());
    } else {
      CHECK((moved - rate * gradient).norm() < 1e-4 * moved.norm());
    }
  }
}

TEST_CASE("a window's largest activity, or the mean of what is inside the map", "[layers]") {
  // 3 × 3, one channel; windows of 2 × 2 that begin at every other position
  Batch x(1, 9);
  x << 1, 5, 2,  //
      4, 3, 9,   //
      7, 7, 8;
  const auto out = [&](const ParameterValues& settings) {
    Network network = make_network({{"pool", settings}, dense(1, "linear")},
                                   find_loss("squared_error"), {.kind = "exact"}, {3, 3, 1}, 1);
    std::vector<Activity> activities;
    network.forward(x, activities, {});
    return Eigen::VectorXf(activities[0].h.row(0));
  };
  const Value average = std::string("average");
  CHECK(out({}) == Eigen::VectorXf::Constant(1, 5));
  CHECK(out({{"padding", same}}) == Eigen::Vector4f(5, 9, 7, 8));
  CHECK(out({{"stride", whole(1)}}) == Eigen::Vector4f(5, 9, 7, 9));
  CHECK(out({{"padding", same}, {"mode", average}}) == Eigen::Vector4f(3.25F, 5.5F, 7, 8));
  CHECK(out({{"size", whole(0)}, {"mode", average}})(0) == Approx(46.0 / 9));
}

TEST_CASE("an error goes back to the first of equally large activities only", "[layers]") {
  Network network = make_network({{"pool", {}}, dense(1, "linear")}, find_loss("squared_error"),
                                 {.kind = "exact"}, {2, 2, 1}, 1);
  Batch x(1, 4);
  x << 0, 3, 3, 3;
  class NoPath final : public ErrorPath {
    void carry(Weights&, const BatchIn&, Batch&, const Pass&) override { FAIL("no weights here"); }
  } path;
  Batch back;
  network.layer(0).carry_back(x, Batch::Constant(1, 1, 2.5F), back, path, {});
  CHECK(back.row(0) == Eigen::RowVector4f(0, 2.5F, 0, 0));
}

TEST_CASE("a window of the whole map is one window, whatever the padding", "[layers]") {
  const Value padding = GENERATE(Value(std::string("valid")), Value(std::string("same")));
  Network network = image_net(
      {{"pool", {{"mode", std::string("average")}, {"size", whole(0)}, {"padding", padding}}},
       dense(4, "softmax")},
      {4, 4, 3});
  CHECK(network.layer(0).output_shape() == Shape{1, 1, 3});
}

TEST_CASE("FA with transposed copies of convolutions is BP", "[layers][rules]") {
  const auto [layers, shape] = GENERATE(from_range(networks()));
  Network network = image_net(layers, shape);
  const Images images(shape);
  const Kept fa = asked_of("fa", {{"feedback", std::string("transposed")}}, network, images);
  const Kept bp = asked_of("bp", {}, network, images);
  for (std::size_t id = 0; id < network.weight_count(); ++id) {
    CHECK(fa.deltas[id].isApprox(bp.deltas[id], 1e-5F));
    CHECK(fa.inputs[id] == bp.inputs[id]);
  }
}

TEST_CASE("DFA sends the error to every place of a feature map", "[layers][rules]") {
  const Images images({6, 6, 2});
  const std::vector<LayerSettings> layers{conv(3, 3, "tanh"), {"pool", {}}, dense(4, "softmax")};
  Network network = image_net(layers, images.shape);
  const Kept kept = asked_of("dfa", {}, network, images);
  const auto flows = evaluated(layers, all_weights(network), images.flow());
  const Eigen::MatrixXd error = flows[2].values - images.targets.cast<double>();
  const Eigen::MatrixXd sent = error * feedback_of(9, 0, 4 * 4 * 3, 4).transpose();
  const Eigen::MatrixXd delta = sent.array() * (1 - flows[0].values.array().square());
  const Eigen::Map<const Batch> found(kept.deltas[0].data(), 5, 48);  // a row a place
  CHECK(agrees(found, delta));
}

TEST_CASE("FTP's targets of feature maps are those of its equations", "[layers][rules]") {
  const Images images({8, 8, 2});
  const std::vector<LayerSettings> layers{
      conv(3, 3, "tanh"), {"pool", {}}, conv(2, 2, "sigmoid"), dense(4, "softmax")};
  Network network = image_net(layers, images.shape);
  const Kept kept = asked_of("ftp", {{"gamma", 0.5}}, network, images);
  const auto weights = all_weights(network);
  const auto flows = evaluated(layers, weights, images.flow());
  const Eigen::MatrixXd g = feedback_of(9, 0, 6 * 6 * 3, 4);
  const Eigen::ArrayXXd wanted = (images.targets.cast<double>() * g.transpose()).array().tanh();
  const Eigen::ArrayXXd found = (flows[3].values * g.transpose()).array().tanh();
  const Flow target{flows[0].shape, flows[0].values + 0.5 * (wanted - found).matrix()};
  // pooled and convolved as activities are
  const auto above = evaluated({layers[1], layers[2]}, {weights[1]}, target);
  const Eigen::MatrixXd delta1 =
      (flows[0].values - target.values).array() * (1 - flows[0].values.array().square());
  const Eigen::MatrixXd delta2 = (flows[2].values - above[1].values).array() *
                                 flows[2].values.array() * (1 - flows[2].values.array());
  CHECK(agrees(Eigen::Map<const Batch>(kept.deltas[0].data(), 5, delta1.cols()), delta1));
  CHECK(agrees(Eigen::Map<const Batch>(kept.deltas[1].data(), 5, delta2.cols()), delta2));
  CHECK(agrees(kept.deltas[2], flows[3].values - images.targets.cast<double>()));
}

TEST_CASE("FTP's targets after pooling, and shared by positions, are those of its equations",
          "[layers][rules]") {
  const bool pooling = GENERATE(false, true), shared = GENERATE(false, true);
  const Images images({8, 8, 2});
  const std::vector<LayerSettings> layers{conv(3, 3, "tanh"), {"pool", {}}, dense(4, "softmax")};
  Network network = image_net(layers, images.shape);
  const Kept kept = asked_of("ftp",
                             {{"gamma", 0.5},
                              {"target_after", std::string(pooling ? "pooling" : "activation")},
                              {"shared_by", std::string(shared ? "positions" : "nothing")}},
                             network, images);
  const auto flows = evaluated(layers, all_weights(network), images.flow());
  const Eigen::ArrayXXd h = flows[0].values.array();
  const Index units = pooling ? 3 * 3 * 3 : 6 * 6 * 3;
  const Eigen::MatrixXd g = feedback_of(9, 0, shared ? 3 : units, 4);
  Eigen::ArrayXXd away = 0.5 * ((flows[2].values * g.transpose()).array().tanh() -
                                (images.targets.cast<double>() * g.transpose()).array().tanh());
  if (shared) away = away.replicate(1, units / 3).eval();
  if (pooling) {  // back to the largest of each window
    const Eigen::ArrayXXd at_pool = std::exchange(away, Eigen::ArrayXXd::Zero(5, 6 * 6 * 3));
    for (Index n = 0; n < 5; ++n)
      for (Index unit = 0; unit < 6 * 6 * 3; ++unit) {
        const Index window = (unit / 3 / 6 / 2 * 3 + unit / 3 % 6 / 2) * 3 + unit % 3;
        if (h(n, unit) == flows[1].values(n, window)) away(n, unit) = at_pool(n, window);
      }
  }
  CHECK(
      agrees(Eigen::Map<const Batch>(kept.deltas[0].data(), 5, h.cols()), away * (1 - h.square())));
}

TEST_CASE("FTP reads again only what its shift reaches", "[layers][rules]") {
  const Images images({6, 6, 2});
  Network network =
      image_net({conv(3, 3, "tanh"), {"pool", {}}, dense(4, "softmax")}, images.shape);
  const std::string second_pass = GENERATE("hidden", "whole");
  const auto rule = find_rule_kind("ftp")->make({{"second_pass", second_pass}}, {&network, 1});
  Apply apply(0.1F);
  rule->learn(network, {images.inputs, images.targets}, apply, {});
  // 16 places of the kernel and one read of the output layer, for five samples
  const Account account = network.account();
  CHECK(account[CostPhase::first_forward].forward_reads == 5 * (16 + 1));
  CHECK(account[CostPhase::second_forward].forward_reads == (second_pass == "whole" ? 5 : 0));
}

TEST_CASE("a convolution's reads and outer products are counted for every place", "[layers]") {
  const Images images({32, 32, 3});
  Network network =
      image_net({conv(32, 5, "tanh"), {"pool", {}}, dense(4, "softmax")}, images.shape);
  const auto rule = find_rule_kind("bp")->make({}, {&network, 1});
  Apply apply(0.1F);
  rule->learn(network, {images.inputs, images.targets}, apply, {});
  const double kernel = 28.0 * 28 * 5 * 5 * 3 * 32;
  const double output = 14.0 * 14 * 32 * 4;
  const double pooling = 28.0 * 28 * 32;  // by convention one for every input, forwards and back
  CHECK(network.account().total().macs == 5 * (2 * kernel + 3 * output + 2 * pooling));
  CHECK(network.weights(0).array().account().total().forward_reads == 5 * 28 * 28);
}

TEST_CASE("read noise differs at every place, in every sample and every read", "[layers]") {
  ArraySettings noisy{.kind = "crossbar", .device = find_device_model("ideal")};
  noisy.circuits.forward.read_noise = 0.1F;
  // so large that samples are read in several blocks
  Network network = image_net({conv(1, 5, "linear"), dense(4, "softmax")}, {40, 40, 8}, noisy);
  std::vector<Activity> activities;
  const Batch x = Batch::Constant(6, 40 * 40 * 8, 0.5F);
  network.forward(x, activities, {});
  Batch z = activities[0].z;
  std::sort(z.data(), z.data() + z.size());
  const auto distinct = std::unique(z.data(), z.data() + z.size()) - z.data();
  CHECK(static_cast<double>(distinct) > 0.99 * static_cast<double>(z.size()));
  const Batch first = activities[0].z;
  network.forward(x, activities, Pass{}.next_read());
  CHECK(activities[0].z != first);
}

TEST_CASE("groups are arrays of their own, with devices of their own", "[layers]") {
  ArraySettings devices{.kind = "crossbar", .device = find_device_model("soft_bounds")};
  Network network = image_net({conv(4, 2, "tanh", {{"groups", whole(4)}}), dense(4, "softmax")},
                              {4, 4, 4}, devices);
  // equal inputs and errors move equal devices equally: these differ
  Batch same_patches = Batch::Constant(9, 16, 0.5F);
  for (int step = 0; step < 5; ++step) {
    network.weights(0).update(same_patches, Batch::Constant(9, 4, -0.5F), 9, 0.1F,
                              {.batch = static_cast<std::uint32_t>(step)});
  }
  const Network untouched = image_net(
      {conv(4, 2, "tanh", {{"groups", whole(4)}}), dense(4, "softmax")}, {4, 4, 4}, devices);
  const Matrix moved =
      network.weights(0).array().weights() - untouched.weights(0).array().weights();
  for (Index a = 0; a < 4; ++a) {
    for (Index b = 0; b < a; ++b) CHECK(moved.row(a) != moved.row(b));
  }
}

TEST_CASE("layers that do not fit are refused with what they need and what they got", "[layers]") {
  using Catch::Contains;
  const Shape image{8, 8, 3};
  CHECK_THAT(problem_of({conv(4, 9, "tanh"), dense(4, "softmax")}, image),
             Contains("network.layers[1]: conv1: a kernel of 9 x 9 does not fit into its inputs, "
                      "8 x 8 x 3"));
  CHECK_THAT(problem_of({conv(4, 5, "tanh"), {"pool", {{"size", whole(5)}}}}, image),
             Contains("network.layers[2]: pool2: a window of 5 x 5 does not fit into its inputs, 4 "
                      "x 4 x 4"));
  CHECK_THAT(problem_of({conv(4, 3, "tanh", {{"groups", whole(2)}})}, image),
             Contains("3 channels (of its inputs) are no whole multiple of 2 groups"));
  CHECK_THAT(problem_of({with_name(conv(4, 3, "tanh"), "a"),
                         conv(4, 3, "tanh"),
                         {"add", {{"with", std::string("a")}}}},
                        image),
             Contains("cannot add 6 x 6 x 4 (outputs of a) to 4 x 4 x 4"));
  CHECK_THAT(problem_of({with_name(conv(4, 3, "tanh"), "first"),
                         dense(4, "tanh"),
                         {"add", {{"with", std::string("frist")}}}},
                        image),
             Contains("no layer before it is named 'frist', did you mean 'first'?"));
  CHECK_THAT(
      problem_of({with_name(dense(4, "tanh"), "a"), with_name(dense(4, "tanh"), "a")}, image),
      Contains("its name is not one of its own"));
}
