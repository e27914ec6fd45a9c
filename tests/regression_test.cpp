#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/base/stream.h"
#include "sim/data/prediction_errors.h"
#include "sim/report/csv.h"
#include "sim/report/summary.h"
#include "sim/run/evaluate.h"
#include "sim/run/side_by_side.h"
#include "tests/data_fixture.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Matchers::Contains;

namespace {

class LastShown final : public RunObserver {
 public:
  void progress(const std::vector<TaskProgress>& tasks, std::size_t changed) override {
    correct = tasks[changed].samples > 0 ? tasks[changed].correct : correct;
  }
  void milestone(const std::vector<TaskProgress>& tasks, std::size_t changed) override {
    test_mse = tasks[changed].test_mse;
  }
  double correct = 0, test_mse = not_reached;
};

RunRecord run(const Scenario& scenario, const Dataset& data, LastShown& observer) {
  const Folder folder;
  RunRecord record;
  run_side_by_side(scenario, data, 1, folder.path / "r.h5", record, observer, {});
  return read_result((folder.path / "r.h5").string());
}

/// Numbers uniform on (−1, 1), the same for the same name.
Batch uniform(Index rows, Index columns, std::uint32_t name) {
  Batch numbers(rows, columns);
  fill_uniform({.seed = 1}, name,
               std::span(numbers.data(), static_cast<std::size_t>(numbers.size())));
  return numbers;
}

/// Targets are a linear function of three inputs.
Dataset linear_task() {
  Dataset data{.name = "linear", .features = 3, .target = {.values = 2}};
  Eigen::Matrix<float, 3, 2> map;
  map << 0.5F, -1.0F, 0.25F, 0.0F, 1.0F, 0.75F;
  std::uint32_t number = 0;
  for (Samples* part : {&data.train, &data.test, &data.validation}) {
    part->inputs = uniform(part == &data.train ? 200 : 60, 3, ++number);
    part->values = part->inputs * map;
  }
  add_baseline(data, "zero", Batch::Zero(60, 2));
  return data;
}

const std::string linear_text = R"(
data.name = "adding"
[network]
layers = [ { units = 2, activation = "linear" } ]
[train]
epochs = 30
batch = 10
learning_rate = 0.1
loss = "squared_error"
seeds = [0, 1]
[[arm]]
name = "good"
array.kind = "exact"
[[arm]]
name = "slow"
array.kind = "exact"
train.learning_rate = 0.001
)";

std::string regression_refusal(const std::string& text,
                               const std::vector<std::string>& overrides = {}) {
  return refusal_of([&] { return read_scenario({"x.toml", text}, overrides); });
}

}  // namespace

TEST_CASE("errors of predictions are as computed by hand, however they are batched", "[run]") {
  // y: means 2 and 0, Σ of squares around them 8 and 0; around the mean of all, 1, another 3 + 3
  Batch values(3, 2), predictions(3, 2);
  values << 0, 0, 2, 0, 4, 0;
  predictions << 1, 0, 1, 1, 4, -1;
  for (const Index first : {0, 1, 2}) {
    ErrorSums sums;
    if (first > 0) sums.add(predictions.topRows(first), values.topRows(first));
    sums.add(predictions.bottomRows(3 - first), values.bottomRows(3 - first));
    const PredictionErrors errors = sums.errors();
    CHECK(errors.mse == Approx(4.0 / 6));
    CHECK(errors.mae == Approx(4.0 / 6));
    CHECK(errors.rse == Approx(std::sqrt(4.0 / 14)));
    // the second output does not vary in the data; ŷ of the first: mean 2, Σ 6; Σ products 6
    CHECK(errors.corr == Approx(6 / std::sqrt(6.0 * 8.0)));
  }
  ErrorSums constant;
  constant.add(Batch::Constant(7, 1, 0.1F), Vector::LinSpaced(7, 0, 1).transpose());
  constant.add(Batch::Constant(3, 1, 0.1F), Vector::LinSpaced(3, 0, 1).transpose());
  CHECK(std::isnan(constant.errors().corr));
  ErrorSums flat;
  flat.add(uniform(5, 2, 0), Batch::Constant(5, 2, 0.1F));
  CHECK(std::isnan(flat.errors().rse));
  CHECK(std::isnan(flat.errors().corr));
  CHECK(std::isnan(ErrorSums().errors().mse));
}

TEST_CASE("targets are gathered as values, or one-hot for every step", "[run]") {
  const Samples values{.inputs = Batch::Zero(3, 1), .values = uniform(3, 4, 0)};
  const std::vector<std::uint32_t> which{2, 0};
  Batch targets;
  gather_targets(values, which, {.steps = 2, .values = 2}, targets);
  CHECK(targets.row(0) == values.values.row(2));
  CHECK(targets.row(1) == values.values.row(0));
  const Samples labels{.inputs = Batch::Zero(3, 1), .labels = {0, 1, 2, 0, 1, 2}};
  gather_targets(labels, which, {.steps = 2, .classes = 3}, targets);
  Batch expected(2, 6);
  expected << 0, 1, 0, 0, 0, 1,  //
      1, 0, 0, 0, 1, 0;
  CHECK(targets == expected);
}

TEST_CASE("a linear network learns a linear function, and its errors tell", "[run]") {
  const Scenario scenario = read_scenario({"x.toml", linear_text}, {});
  const Dataset data = linear_task();
  LastShown observer;
  const RunRecord record = run(scenario, data, observer);
  CHECK(record.status == RunStatus::complete);
  CHECK(std::isnan(observer.correct));
  CHECK(observer.test_mse >= 0);
  CHECK(record.arms[0].classes == 0);
  const SeedRecord& seed = record.arms[0].seeds[0];
  CHECK(seed.finished);
  CHECK(seed.confusion.size() == 0);
  const EpochRecord& first = seed.epochs.front();
  const EpochRecord& last = seed.epochs.back();
  CHECK(std::isnan(last.test_accuracy));
  CHECK(std::isnan(last.train_accuracy));
  CHECK(std::isnan(first.train_accuracy));
  CHECK(std::isnan(last.validation_accuracy));
  CHECK(last.validation_loss < 1e-4);
  CHECK(first.test_mse > 0.1);
  CHECK(last.test_mse < 1e-4);
  CHECK(last.test_rse < 0.03);
  CHECK(last.test_corr > 0.999);
  // the loss is half the sum over outputs, the error the mean
  CHECK(first.test_loss == Approx(first.test_mse).epsilon(1e-5));
  CHECK(last.layers[0].alignment_angle < 1);

  const RunSummary summary = summarise(record);
  CHECK(summary.regression);
  CHECK(summary.arms[0].test_mse.mean < 1e-4);
  CHECK(summary.arms[0].best_test_mse.mean <= summary.arms[0].test_mse.mean);
  CHECK(summary.differences[0].metric == "test_mse");
  CHECK(summary.differences[0].mean < 0);  // the first arm is the better one
  const std::string table = summary_table(summary, {.colour = true});
  CHECK_THAT(table, Contains("test MSE") && Contains("RSE") && !Contains("accuracy") &&
                        Contains("\033[1mgood") && Contains("without learning") &&
                        Contains("zero") && Contains("less is better"));
  const auto json = nlohmann::json::parse(summary_json(summary));
  const auto& arm = json["arms"]["good"];
  CHECK(arm["test_accuracy"]["mean"].is_null());
  CHECK(arm["test_accuracy"]["n"] == 0);
  CHECK(arm["test_mse"]["mean"] == summary.arms[0].test_mse.mean);
  for (const char* key : {"test_mae", "test_rse", "test_corr", "test_loss"}) {
    CHECK(arm[key]["n"] == 2);
  }
  CHECK(json["differences"][0]["metric"] == "test_mse");
  CHECK(json["baselines"][0]["name"] == "zero");
  CHECK(json["baselines"][0]["metric"] == "test_mse");
  CHECK(json["baselines"][0]["value"] == Approx(data.baselines[0].value));
  const std::string csv = table_csv(summary_rows(summary));
  CHECK_THAT(csv, Contains("\ngood,bp,exact,,test_mse,") &&
                      Contains("\nzero,baseline,,,test_mse,") &&
                      Contains("\ngood,,,slow,test_mse,-") &&
                      Contains("\ngood,bp,exact,,test_accuracy,,,,,0,,\n"));
}

TEST_CASE("a regression is patient about its validation loss", "[run]") {
  // the task of the scenario stands in for one that holds out: the data are made here
  const Scenario scenario = read_scenario(
      {"x.toml", linear_text},
      {"train.learning_rate=0", "train.patience=2", "data.validation=10", "train.seeds=[0]"});
  LastShown observer;
  const RunRecord record = run(scenario, linear_task(), observer);
  CHECK(record.arms[0].seeds[0].epochs.size() == 1 + 1 + 2);
  CHECK(record.arms[0].seeds[0].finished);
  CHECK(record.arms[1].seeds[0].epochs.size() == 31);
  CHECK(summarise(record).arms[0].seeds_done == 1);
}

TEST_CASE("classes at every step are counted over all steps", "[run]") {
  const Scenario scenario = read_scenario({"x.toml", R"(
data.name = "copy-memory"
data.length = 5
data.train_samples = 200
data.test_samples = 40
network.layers = [ { type = "conv", kernel = 1, channels = 10, activation = "softmax" } ]
train.epochs = 6
train.batch = 10
train.learning_rate = 2
[[arm]]
name = "bp"
array.kind = "exact"
)"},
                                          {});
  LastShown observer;
  const Dataset data = load_dataset(scenario.data, {});
  const RunRecord record = run(scenario, data, observer);
  const SeedRecord& seed = record.arms[0].seeds[0];
  CHECK(record.arms[0].classes == 10);
  CHECK(seed.confusion.sum() == 40 * 25);
  CHECK(seed.confusion.row(8).sum() == 40 * 15);
  CHECK(seed.confusion.row(9).sum() == 0);
  CHECK(seed.epochs.back().test_accuracy ==
        static_cast<double>(seed.confusion.trace()) / (40 * 25));
  CHECK(std::isnan(seed.epochs.back().test_mse));
  // without a memory: blanks wherever it reads a symbol, and no better than the baseline
  CHECK(seed.epochs.back().test_accuracy > 0.55);
  CHECK(seed.epochs.back().test_accuracy < data.baselines[1].value + 0.03);
  CHECK(seed.epochs.back().test_loss > data.baselines[0].value - 0.02);
  CHECK(record.baselines == data.baselines);
  const std::string table = summary_table(summarise(record));
  CHECK_THAT(table, Contains("test accuracy %") && Contains("without memory"));
}

TEST_CASE("a network that does not answer what the data ask is refused", "[run]") {
  const auto shapes = [](const std::string& text) {
    return refusal_of([&] {
      const Scenario scenario = read_scenario({"x.toml", text}, {});
      return arm_shape(scenario.arms[0], load_dataset(scenario.data, {}));
    });
  };
  const std::string copy = "data.name = \"copy-memory\"\ndata.train_samples = 64\n";
  const std::string adding = "data.name = \"adding\"\ndata.train_samples = 64\n";
  const std::string arm = "\n[[arm]]\nname = \"x\"\narray.kind = \"exact\"\n";
  CHECK(shapes(copy + "network.layers = [{units = 10, activation = \"softmax\"}]" + arm) ==
        "2 x.toml:3: network.layers: the last layer of arm 'x' has 10 outputs, but 'copy-memory' "
        "has 10 "
        "classes at 120 steps");
  CHECK(shapes(copy +
               "network.layers = [{type = \"conv\", kernel = 1, channels = 9, activation = "
               "\"softmax\"}]" +
               arm) ==
        "2 x.toml:3: network.layers: the last layer of arm 'x' has 9 outputs at 120 positions, "
        "but 'copy-memory' has 10 classes at 120 steps");
  CHECK(shapes(adding +
               "train.loss = \"squared_error\"\nnetwork.layers = [{units = 2, activation "
               "= \"linear\"}]" +
               arm) ==
        "2 x.toml:4: network.layers: the last layer of arm 'x' has 2 outputs, but 'adding' has 1 "
        "value");
}

TEST_CASE("a setting that the data refuse is named with the place where it was written", "[run]") {
  const std::string text = R"(data.name = "adding"
data.train_samples = 64
data.validation = 64
network.layers = [{units = 1, activation = "linear"}]
train.loss = "squared_error"
array.kind = "exact"
[[arm]]
name = "a"
[[arm]]
name = "b"
train.batch = 63
[[arm]]
name = "c"
network.layers = [{type = "conv", kernel = 200}, {units = 1, activation = "linear"}]
)";
  const auto of_arm = [&](std::size_t arm, const std::vector<std::string>& set) {
    return refusal_of([&] {
      const Scenario scenario = read_scenario({"x.toml", text}, set);
      return arm_shape(scenario.arms[arm], load_dataset(scenario.data, {}));
    });
  };
  CHECK(of_arm(0, {}) ==
        "2 x.toml:3: data.validation: 64 is out of range [0, 63] (the training samples of "
        "'adding', less one)");
  CHECK(of_arm(0, {"data.validation=70"}).starts_with("2 --set data.validation=70: data.valid"));
  const std::string few = "data.validation=2";
  CHECK(of_arm(0, {few}).starts_with("2 x.toml:7: train.batch: 64 is out of range [1, 62]"));
  CHECK(of_arm(1, {few}).starts_with("2 x.toml:11: train.batch: 63 is out of range [1, 62]"));
  CHECK(of_arm(2, {few}).starts_with("2 x.toml:14: network.layers[1]: conv1: a kernel of"));
  CHECK(of_arm(0, {few, "data.name=csv", "data.file=none.csv", "data.train_samples=10000"})
            .starts_with("2 --set data.train_samples=10000: data.train_samples: is without"));
}

TEST_CASE("a regression with a loss or a rule for classes is refused before it runs",
          "[scenario]") {
  CHECK(regression_refusal(linear_text) == "loaded");
  CHECK(regression_refusal(linear_text, {"train.loss=cross_entropy"}) ==
        "2 --set train.loss=cross_entropy: train.loss: cross_entropy is for classes, but 'adding' "
        "asks for values (give arm 'good' squared_error, and an output layer other than softmax)");
  CHECK_THAT(
      regression_refusal(linear_text, {"network.layers=[{units=1, activation=\"softmax\"}]"}),
      Contains("squared_error needs an output layer other than softmax"));
  CHECK_THAT(
      regression_refusal(linear_text,
                         {"arm.good.rule=ff", "train.loss=cross_entropy",
                          "network.layers=[{units=9}, {units=1, activation=\"softmax\"}]"}),
      Contains("rule: 'ff' of arm 'good' learns one class for each sample, but 'adding' asks "
               "for values"));
  CHECK_THAT(
      regression_refusal(linear_text,
                         {"data.name=copy-memory", "arm.good.rule=ff", "train.loss=cross_entropy",
                          "network.layers=[{units=9}, {units=10, activation=\"softmax\"}]"}),
      Contains("rule: 'ff' of arm 'good' learns one class for each sample, but 'copy-memory' "
               "asks for a class at every step"));
}

TEST_CASE("keys that the data set does not use are refused", "[scenario]") {
  const auto at = [](const std::string& key, const std::string& reason) {
    return "2 --set data." + key + ": data." + key.substr(0, key.find('=')) +
           ": is without effect: " + reason;
  };
  const auto set = [](const std::string& name, const std::string& key) {
    return regression_refusal(linear_text, {"data.name=" + name, "data." + key});
  };
  CHECK(set("adding", "window=5") == at("window=5", "data set 'adding' is not a time series"));
  CHECK(set("adding", "crop=1") == at("crop=1", "data set 'adding' has no images"));
  CHECK(set("adding", "sequence=rows") == at("sequence=rows", "data set 'adding' has no images"));
  CHECK(set("adding", "augment_flip=true") ==
        at("augment_flip=true", "data set 'adding' has no images"));
  CHECK(set("adding", "normalise=signed") ==
        at("normalise=signed", "data set 'adding' is generated"));
  CHECK(set("adding", "train_limit=5") ==
        at("train_limit=5",
           "data set 'adding' is generated (data.train_samples and data.test_samples say how "
           "much)"));
  CHECK(set("csv", "binarise=0.5") == at("binarise=0.5", "data set 'csv' has no images"));
  CHECK(set("csv", "validation=5") ==
        at("validation=5",
           "data set 'csv' is a time series (what data.train_part and data.test_part leave is held "
           "out)"));
  CHECK(set("csv", "inputs=target") ==
        at("inputs=target", "data.target is empty: all columns are targets"));
  CHECK(set("csv", "length=5") == at("length=5", "data set 'csv' is not generated"));
  CHECK(set("mnist", "length=5") == at("length=5", "data set 'mnist' is not generated"));
  CHECK(set("mnist", "horizon=5") == at("horizon=5", "data set 'mnist' is not a time series"));
  CHECK(set("mnist", "task_seed=5") ==
        at("task_seed=5", "data set 'mnist' is neither generated nor of permuted pixels"));
  CHECK(regression_refusal(linear_text,
                           {"data.name=mnist", "data.sequence=rows", "data.augment_crop=2"}) ==
        at("augment_crop=2", "data.sequence makes sequences of the images"));
  CHECK_THAT(regression_refusal(linear_text, {"data.name=csv"}),
             Contains("data.file: is missing (data set 'csv' needs the file of the series)"));
  CHECK_THAT(
      regression_refusal(linear_text, {"data.name=csv", "data.file=x.csv", "data.train_part=0.9"}),
      Contains("--set data.train_part=0.9: data.test_part: 0.2 and data.train_part: 0.9 are "
               "more than the whole series"));
  CHECK_THAT(regression_refusal(linear_text, {"data.name=csv", "data.file=x.csv",
                                              "data.train_part=0.8", "train.patience=2"}),
             Contains("no validation samples to be patient about (leave some between "
                      "data.train_part and data.test_part)"));
}

TEST_CASE("a scenario of each kind of data, printed with every default, is the same scenario",
          "[scenario]") {
  const auto round_trip = [](const std::vector<std::string>& overrides) {
    const Scenario scenario = read_scenario({"x.toml", linear_text}, overrides);
    CHECK(read_scenario({"y.toml", scenario.toml}, {}).toml == scenario.toml);
    return scenario.toml;
  };
  CHECK_THAT(round_trip({}), Contains("data.length = 100") && !Contains("data.window") &&
                                 !Contains("data.train_limit"));
  CHECK_THAT(round_trip({"data.name=csv", "data.file=x.csv", "data.target=OT"}),
             Contains("data.window = 96") && Contains("data.inputs = \"all\"") &&
                 !Contains("data.length") && !Contains("data.task_seed"));
  CHECK_THAT(round_trip({"data.name=mnist", "data.sequence=permuted_pixels"}),
             Contains("data.task_seed = 0") && !Contains("data.augment_flip"));
}
