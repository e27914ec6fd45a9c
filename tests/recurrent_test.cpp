#include <catch2/catch.hpp>

#include "sim/base/error.h"
#include "tests/sequence_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("recurrent layers are what their equations say", "[layers]") {
  const std::string kind = GENERATE("rnn", "lstm", "gru");
  INFO(kind);
  Network network = sequence_net({recurrent(kind, "all"), recurrent(kind), dense(4, "softmax")});
  const Sequences data;
  std::vector<Activity> activities;
  network.forward(data.inputs, activities, {});
  const auto weights = all_weights(network);
  const std::size_t first = matrices(kind);
  const auto states = states_of(kind, weights, data.x());
  CHECK(agrees(activities[0].h, as_matrix(states)));
  const auto above = states_of(
      kind, {weights.begin() + static_cast<std::ptrdiff_t>(first), weights.end()}, states);
  CHECK(agrees(activities[1].h, above.back()));
  CHECK(agrees(activities[1].states, as_matrix(above)));
  CHECK(network.layer(0).output_shape() == Shape{steps, 1, units});
  CHECK(network.layer(1).output_shape() == flat(units));
}

TEST_CASE("BP through time gives the gradients of the unrolled network", "[layers][rules]") {
  const std::string kind = GENERATE("rnn", "lstm", "gru");
  const bool every_step = GENERATE(false, true);
  INFO(kind << (every_step ? ", a target at every step" : ", one target"));
  Network network =
      every_step
          ? sequence_net({recurrent(kind, "all"), recurrent(kind, "all"), head_at_every_step()})
          : sequence_net({recurrent(kind, "all"), recurrent(kind), dense(4, "softmax")});
  const Sequences data(every_step ? steps : 1);
  const Kept kept = asked_of("bp", {}, network, data);
  auto weights = all_weights(network);
  const auto first = static_cast<std::ptrdiff_t>(matrices(kind));
  const auto loss = [&] {
    const auto below = states_of(kind, weights, data.x());
    const auto above = states_of(kind, {weights.begin() + first, weights.end()}, below);
    double sum = 0;
    for (Index t = 0; t < (every_step ? steps : 1); ++t) {
      const Eigen::MatrixXd& h = every_step ? above[static_cast<std::size_t>(t)] : above.back();
      const auto p = Evaluated::softmax(h * weights.back().transpose());
      sum -= (data.y(t).array() * p.log()).sum();
    }
    return sum / samples / (every_step ? steps : 1);
  };
  for (std::size_t id = 0; id < weights.size(); ++id) {
    INFO(network.weights(id).name());
    const Eigen::MatrixXd numeric = numeric_gradient(weights[id], loss);
    REQUIRE(numeric.norm() > 1e-5);
    CHECK((kept.gradients[id].cast<double>() - numeric).norm() < 1e-3 * numeric.norm());
  }
}

TEST_CASE("errors do not pass where they are cut off", "[layers][rules]") {
  // cut at every step, a layer learns from what its own state did at each
  Network network = sequence_net(
      {recurrent("rnn", "all", {{"truncate", std::int64_t{1}}}), head_at_every_step()});
  const Sequences data(steps);
  const Kept kept = asked_of("bp", {}, network, data);
  const auto weights = all_weights(network);
  const auto h = states_of("rnn", weights, data.x());
  Sequence deltas;
  for (Index t = 0; t < steps; ++t) {
    const Eigen::MatrixXd& state = h[static_cast<std::size_t>(t)];
    const Eigen::MatrixXd e =
        (Evaluated::softmax(state * weights[1].transpose()).matrix() - data.y(t)) / steps;
    deltas.emplace_back((e * weights[1]).array() * (1 - state.array().square()));
  }
  CHECK(agrees(by_sample(kept.deltas[0]), as_matrix(deltas)));
  // cut at steps 0, 2 and 4, the error of step 1 still reaches step 0, that of step 2 does not
  Network pairs = sequence_net(
      {recurrent("rnn", "all", {{"truncate", std::int64_t{2}}}), head_at_every_step()});
  const Batch found = by_sample(asked_of("bp", {}, pairs, data).deltas[0]);
  const Eigen::MatrixXd from_next = deltas[1] * weights[0].rightCols(units);
  const Eigen::MatrixXd expected =
      deltas[0].array() + from_next.array() * (1 - h[0].array().square());
  CHECK(agrees(found.leftCols(units), expected));
  CHECK(agrees(found.middleCols(units, units), deltas[1]));
}

TEST_CASE("what gates are told by a local error is the derivative of their state at that step",
          "[layers][rules]") {
  const std::string kind = GENERATE("lstm", "gru");
  INFO(kind);
  Network network = sequence_net({recurrent(kind), dense(4, "softmax")});
  const Sequences data;
  std::vector<Activity> activities;
  network.forward(data.inputs, activities, {});
  Batch error = Batch::Random(samples, steps * units);
  const Eigen::MatrixXd asked_for = error.cast<double>();
  network.layer(0).local_error(activities[0], error);
  const auto weights = all_weights(network);
  const auto states = states_of(kind, weights, data.x());
  // Σ error · state of step 2, by the weights alone: the states before are held
  auto moved = weights;
  const auto value = [&] {
    const Sequence x = data.x();
    Sequence until(x.begin(), x.begin() + 3);
    // steps 0 and 1 by the old weights: only what step 2 makes of its inputs is moved
    Eigen::MatrixXd h = states[1];
    Eigen::MatrixXd both(samples, features + units);
    both << x[2], h;
    if (kind == "gru") {
      const Eigen::ArrayXXd r = sigmoid(both * moved[0].transpose());
      const Eigen::ArrayXXd u = sigmoid(both * moved[1].transpose());
      const Eigen::ArrayXXd n =
          ((x[2] * moved[2].transpose()).array() + r * (h * moved[3].transpose()).array()).tanh();
      h = (1 - u) * n + u * h.array();
    } else {
      const Eigen::MatrixXd c = activities[0].cells.middleCols(units, units).cast<double>();
      const Eigen::ArrayXXd i = sigmoid(both * moved[0].transpose());
      const Eigen::ArrayXXd f = sigmoid((both * moved[1].transpose()).array() + 1.0);
      const Eigen::ArrayXXd g = (both * moved[2].transpose()).array().tanh();
      const Eigen::ArrayXXd o = sigmoid(both * moved[3].transpose());
      h = o * (f * c.array() + i * g).tanh();
    }
    return (h.array() * asked_for.middleCols(2 * units, units).array()).sum();
  };
  const Index gates = error.cols() / steps / units;
  REQUIRE(gates == 4);
  for (std::size_t id = 0; id < 4; ++id) {
    const Eigen::MatrixXd d =
        error.middleCols(2 * gates * units + static_cast<Index>(id) * units, units).cast<double>();
    Eigen::MatrixXd read(samples, features + units);
    read << data.x()[2], states[1];
    if (kind == "gru" && id == 2) read = data.x()[2];
    if (kind == "gru" && id == 3) read = states[1];
    const Eigen::MatrixXd gradient = d.transpose() * read;
    const Eigen::MatrixXd numeric = numeric_gradient(moved[id], value);
    CHECK((gradient - numeric).norm() < 1e-3 * numeric.norm());
    CHECK(numeric.norm() > 1e-4);
  }
}

TEST_CASE("a recurrent layer is read once a step, back as often, and by FTP one time less",
          "[layers]") {
  const Sequences data;
  Apply apply(0.1F);
  const auto learned = [&](std::string_view rule_name) {
    Network network = sequence_net({recurrent("rnn"), dense(4, "softmax")});
    find_rule_kind(rule_name)
        ->make({}, {&network, 1})
        ->learn(network, {data.inputs, data.targets}, apply, {});
    return network.weights(0).array().account().total();
  };
  const Events bp = learned("bp");
  CHECK(bp.forward_reads == samples * steps);
  CHECK(bp.transposed_reads == samples * (steps - 1));  // nothing before the first state learns
  const double macs = (features + units) * units;
  CHECK(bp.macs == samples * macs * (steps + (steps - 1) + steps));
  const Events ftp = learned("ftp");
  CHECK(ftp.forward_reads == samples * (steps + steps - 1));
  CHECK(ftp.transposed_reads == 0);
}

TEST_CASE("errors that nobody takes at the inputs are not read back", "[layers]") {
  const bool bp = GENERATE(true, false);
  const Sequences data;
  Network network = sequence_net({recurrent("gru"), dense(4, "softmax")});
  const auto rule = find_rule_kind(bp ? "bp" : "fa")->make({}, {&network, 1});
  Apply apply(0.1F);
  rule->learn(network, {data.inputs, data.targets}, apply, {});
  // of the first layer: reset, update and candidate-state lead to the state, candidate-input to x
  for (std::size_t id = 0; id < 4; ++id) {
    const double reads = network.weights(id).array().account().total().transposed_reads;
    constexpr double all = samples * (steps - 1);
    CHECK(reads == (bp && id != 2 ? all : 0.0));
  }
  const Index own = 2 * (features + units) * units + units * units + units * 4;
  CHECK(rule->parameters() == (bp ? 0 : own));
}

TEST_CASE("an LSTM without biases has none at its forget gate either", "[layers]") {
  const auto forgets = [](bool bias) {
    const Network network =
        sequence_net({recurrent("lstm", "last", {{"bias", bias}}), dense(4, "softmax")});
    return network.weights(1).bias();
  };
  CHECK(forgets(true) == Vector::Ones(units));
  CHECK(forgets(false).isZero(0));
}

TEST_CASE("read noise differs from step to step", "[layers]") {
  ArraySettings noisy{.kind = "crossbar", .device = find_device_model("ideal")};
  noisy.circuits.forward.read_noise = 0.1F;
  // weights of zero: what is read is noise
  Network network = sequence_net(
      {recurrent("rnn", "all", {{"initialiser", std::string("zeros")}}), dense(4, "softmax")},
      noisy);
  std::vector<Activity> activities;
  network.forward(Batch::Ones(samples, steps * features), activities, {});
  const Batch& z = activities[0].z;
  CHECK_FALSE(z.isZero(0));
  for (Index t = 1; t < steps; ++t) {
    CHECK(z.middleCols(t * units, units) != z.leftCols(units));
  }
}

TEST_CASE("a recurrent layer asks for a sequence", "[layers]") {
  const auto problem = [](const Shape& shape) {
    try {
      static_cast<void>(make_network({recurrent("lstm"), dense(4, "softmax")},
                                     find_loss("cross_entropy"), {.kind = "exact"}, shape, 1));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  using Catch::Contains;
  CHECK_THAT(problem({28, 28, 1}), Contains("lstm1: needs a sequence, steps x 1 x features, not 28 "
                                            "x 28 x 1"));
  CHECK_THAT(problem(flat(10)), Contains("not 10"));
  CHECK_THAT(problem({5000, 1, 1}), Contains("sequences of 5000 steps are too long"));
  CHECK(problem({28, 1, 28}) == "none");
}
