#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/sequence_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("FTP carries targets through time by the recurrent weights", "[layers][rules]") {
  const std::string entry = GENERATE("every", "first");
  const std::string kind = GENERATE("rnn", "lstm", "gru");
  const bool every_step = GENERATE(false, true);
  if (every_step && entry == "first") return;
  INFO(kind << " " << entry << " " << every_step);
  Network network = every_step ? sequence_net({recurrent(kind, "all"), head_at_every_step()})
                               : sequence_net({recurrent(kind), dense(4, "softmax")});
  const Sequences data(every_step ? steps : 1);
  const Kept kept = asked_of("ftp", {{"gamma", 0.5}, {"entry_steps", entry}}, network, data);
  const auto weights = all_weights(network);
  const auto h = states_of(kind, weights, data.x());
  const Eigen::MatrixXd g = feedback_of(9, 0, units, 4);
  Sequence shift;
  for (Index t = 0; t < (entry == "first" ? 1 : steps); ++t) {
    const Eigen::MatrixXd& seen = every_step ? h[static_cast<std::size_t>(t)] : h.back();
    const Eigen::MatrixXd y = data.y(every_step ? t : 0);
    const Eigen::MatrixXd out = Evaluated::softmax(seen * weights.back().transpose());
    shift.emplace_back(0.5 *
                       ((y * g.transpose()).array().tanh() - (out * g.transpose()).array().tanh()));
  }
  const auto target = states_of(kind, weights, data.x(), shift);
  double local = 0;
  Sequence difference;
  for (std::size_t t = 0; t < h.size(); ++t) {
    difference.push_back(h[t] - target[t]);
    local += 0.5 * difference[t].squaredNorm() / samples;
  }
  CHECK(kept.losses[0] == Approx(local).epsilon(1e-4));
  if (kind != "rnn") return;
  for (std::size_t t = 0; t < h.size(); ++t) {
    difference[t] = difference[t].array() * (1 - h[t].array().square());
  }
  CHECK(agrees(by_sample(kept.deltas[0]), as_matrix(difference)));
}

TEST_CASE("DFA sends the error to the state of every step, or each step's to its own",
          "[layers][rules]") {
  const bool every_step = GENERATE(false, true);
  Network network = every_step ? sequence_net({recurrent("rnn", "all"), head_at_every_step()})
                               : sequence_net({recurrent("rnn"), dense(4, "softmax")});
  const Sequences data(every_step ? steps : 1);
  const Kept kept = asked_of("dfa", {}, network, data);
  const auto weights = all_weights(network);
  const auto h = states_of("rnn", weights, data.x());
  const Eigen::MatrixXd b = feedback_of(9, 0, units, 4);
  Sequence deltas;
  for (Index t = 0; t < steps; ++t) {
    const Eigen::MatrixXd& state = h[static_cast<std::size_t>(t)];
    const Eigen::MatrixXd& seen = every_step ? state : h.back();
    Eigen::MatrixXd e =
        Evaluated::softmax(seen * weights[1].transpose()).matrix() - data.y(every_step ? t : 0);
    if (every_step) e /= steps;
    deltas.emplace_back((e * b.transpose()).array() * (1 - state.array().square()));
  }
  CHECK(agrees(by_sample(kept.deltas[0]), as_matrix(deltas)));
}

TEST_CASE("FA with transposed copies of recurrent weights is BP through time", "[layers][rules]") {
  const std::string kind = GENERATE("rnn", "lstm", "gru");
  Network network = sequence_net({recurrent(kind, "all"), recurrent(kind), dense(4, "softmax")});
  const Sequences data;
  Kept bp = asked_of("bp", {}, network, data);
  // FA has no copy of weights that carry no error to weights: the first layer's errors still go
  // through time
  Kept fa = asked_of("fa", {{"feedback", std::string("transposed")}}, network, data);
  for (std::size_t id = 0; id < network.weight_count(); ++id) {
    INFO(network.weights(id).name());
    CHECK(fa.deltas[id].isApprox(bp.deltas[id], 1e-4F));
  }
}

TEST_CASE("PEPITA shows a recurrent layer the difference of its states", "[layers][rules]") {
  Network network = sequence_net({recurrent("rnn"), dense(4, "softmax")});
  const Sequences data;
  const Kept kept = asked_of("pepita", {{"feedback_scale", 0.0}}, network, data);
  CHECK(kept.deltas[0].isZero(0));
  CHECK(kept.deltas[0].rows() == samples * steps);
  const Kept moved = asked_of("pepita", {{"feedback_scale", 0.3}}, network, data);
  CHECK_FALSE(moved.deltas[0].isZero(0));
}

TEST_CASE("every rule that can learns a task with a recurrent layer", "[rules]") {
  // which of the last steps was marked; the same noise whatever was drawn before
  std::srand(3);
  Batch inputs = 0.1F * Batch::Random(64, steps * features);
  Batch targets = Batch::Zero(64, 4);
  for (Index i = 0; i < 64; ++i) {
    inputs(i, (1 + i % 4) * features) += 1.0F;
    targets(i, i % 4) = 1.0F;
  }
  const std::string rule_name = GENERATE("bp", "ftp", "fa", "dfa", "pepita");
  const std::string kind = GENERATE("rnn", "gru", "lstm");
  if (rule_name == "pepita" && kind != "rnn") return;
  INFO(rule_name << " " << kind);
  LayerSettings layer = recurrent(kind);
  layer.values["units"] = std::int64_t{24};
  Network network = sequence_net({layer, dense(4, "softmax")});
  const auto rule = find_rule_kind(rule_name)->make({}, {&network, 1});
  Apply apply(0.1F);
  for (std::uint32_t step = 0; step < 400; ++step) {
    rule->learn(network, {inputs, targets}, apply, {.seed = 1, .batch = step});
  }
  Batch outputs;
  rule->predict(network, inputs, outputs, {.phase = Phase::evaluation});
  CHECK(network.count_correct(outputs, targets) >= 30);  // chance: 16
}
