#include <catch2/catch.hpp>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "devices/array/array.h"
#include "tests/statistics.h"

using namespace memtrain;

namespace {

/// Sends one pulse to every device: a train of one slot in which every line fires.
class Pulser {
 public:
  Pulser(Index rows, Index columns) : x_(Batch::Ones(1, columns)), d_(Batch::Ones(1, rows)) {
    settings.pulse = {
        .train_length = 1, .update_management = false, .train_length_management = false};
  }
  void pulse(Crosspoints& devices, bool up) {
    // probability 1 on both sides: rate/(dw_min·1) far above 1
    devices.update(x_, up ? Batch(-d_) : d_, 1e6F, pass_);
    ++pass_.batch;
  }
  CrosspointSettings settings;

 private:
  Batch x_, d_;
  Pass pass_{.seed = 5};
};

/// Without cycle-to-cycle noise, device-to-device spread, or both.
CrosspointSettings with_condition(CrosspointSettings settings, const std::string& condition) {
  if (condition == "d2d_only" || condition == "off") {
    settings.device["dw_min_std"] = 0.0;
    settings.device["write_noise_std"] = 0.0;
  }
  if (condition == "c2c_only" || condition == "off") {
    for (const char* name : {"dw_min_dtod", "up_down_dtod", "w_max_dtod", "w_min_dtod"})
      settings.device[name] = 0.0;
    for (auto& [name, value] : settings.device) {
      const bool spread = name.ends_with("_dtod") || name == "reference_std";
      if (spread && std::holds_alternative<double>(value)) value = 0.0;
    }
  }
  return settings;
}

/// Curves measured with another simulator: see tests/data/response/README.md.
struct Reference {
  struct Row {
    std::string condition, direction;
    int devices = 0;
    double at = 0;  ///< pulse, or the weight before it
    double mean = 0, std = 0;
  };
  std::string name;
  const DeviceModel* model = nullptr;
  CrosspointSettings settings;
  std::vector<Row> rows;
};

/// CamelCase as the reference has it, in our spelling.
std::string snake(const std::string& camel) {
  std::string out;
  for (const char c : camel) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty()) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

Value reference_value(const Value& like, const std::string& text) {
  if (std::holds_alternative<bool>(like)) return text == "1";
  if (std::holds_alternative<std::vector<double>>(like)) {
    std::vector<double> numbers;
    std::istringstream in(text.substr(1));
    for (double v = 0; in >> v; in.ignore(1)) numbers.push_back(v);
    return numbers;
  }
  return std::stod(text);
}

void read_header(Reference& reference, const std::string& line) {
  const auto model = line.find("C++ update model ");
  if (model != std::string::npos) {
    const std::string name = line.substr(model + 17);
    reference.model = find_device_model(snake(name.substr(0, name.find(')'))));
    REQUIRE(reference.model != nullptr);
    // every spread is a key, so that a condition can put it out
    for (const ParameterDescription& row : reference.model->parameters()) {
      reference.settings.device[std::string(row.info.name)] = row.default_value;
    }
    return;
  }
  const auto equals = line.find(" = ");
  if (equals == std::string::npos) return;
  const std::string name = line.substr(2, equals - 2);
  for (const ParameterDescription& row : reference.model->parameters()) {
    if (row.info.name != name) continue;
    reference.settings.device[name] = reference_value(row.default_value, line.substr(equals + 3));
  }
}

Reference read_reference(const std::filesystem::path& path, bool steps) {
  Reference reference{.name = path.stem().string()};
  std::ifstream file(path);
  REQUIRE(file);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) {
      read_header(reference, line);
      continue;
    }
    if (line.starts_with("condition")) continue;
    std::vector<std::string> fields;
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
    Reference::Row row{.condition = fields[0], .devices = std::stoi(fields[1])};
    if (steps) row.direction = fields[2];
    row.at = std::stod(fields[steps ? 3 : 2]);
    row.mean = std::stod(fields[steps ? 5 : 3]);
    row.std = std::stod(fields[steps ? 6 : 4]);
    reference.rows.push_back(row);
  }
  return reference;
}

std::vector<std::filesystem::path> references(const std::string& prefix) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(MEMTRAIN_TEST_DATA) + "/response")) {
    if (entry.path().filename().string().starts_with(prefix)) files.push_back(entry.path());
  }
  return files;
}

}  // namespace

TEST_CASE("without noise and spread every model follows the published curve to 1e-5", "[devices]") {
  const auto files = references("response_200_");
  REQUIRE(files.size() == 10);
  for (const auto& path : files) {
    const Reference reference = read_reference(path, false);
    auto settings = with_condition(reference.settings, "off");
    settings.pulse = {
        .train_length = 1, .update_management = false, .train_length_management = false};
    Pulser pulser(3, 5);
    const auto devices = make_crosspoints(*reference.model, 3, 5, settings, 1, 0);
    std::map<int, Matrix> measured{{0, devices->weights()}};
    for (int pulse = 1; pulse <= 400; ++pulse) {
      pulser.pulse(*devices, pulse <= 200);
      measured[pulse] = devices->weights();
    }
    int compared = 0;
    for (const Reference::Row& row : reference.rows) {
      if (row.condition != "off") continue;
      ++compared;
      INFO(reference.name << " pulse " << row.at);
      const Matrix& weights = measured.at(static_cast<int>(row.at));
      CHECK(std::abs(weights.maxCoeff() - row.mean) < 1e-5);
      CHECK(std::abs(weights.minCoeff() - row.mean) < 1e-5);
    }
    CHECK(compared >= 41);
  }
}

TEST_CASE("the ensemble response of every model matches the published curves",
          "[devices][statistics]") {
  for (const auto& path : references("response_200_")) {
    const Reference reference = read_reference(path, false);
    const double sigma = std::get<double>(reference.settings.device.at("dw_min_std"));
    const double step = std::get<double>(reference.settings.device.at("dw_min"));
    for (const std::string condition : {"full", "d2d_only", "c2c_only"}) {
      constexpr Index side = 400;  // 160000 devices
      Pulser pulser(side, side);
      auto settings = with_condition(reference.settings, condition);
      settings.pulse = pulser.settings.pulse;
      const auto devices = make_crosspoints(*reference.model, side, side, settings, 17, 0);
      std::map<int, Moments> measured{{0, moments(devices->weights())}};
      for (int pulse = 1; pulse <= 400; ++pulse) {
        pulser.pulse(*devices, pulse <= 200);
        if (pulse % 10 == 0) measured[pulse] = moments(devices->weights());
      }
      int compared = 0;
      for (const Reference::Row& row : reference.rows) {
        if (row.condition != condition || row.devices < 100000) continue;
        ++compared;
        INFO(reference.name << ' ' << condition << " pulse " << row.at);
        const Moments ours = measured.at(static_cast<int>(row.at));
        // six standard errors of the two ensembles' means, and the common error that the source
        // says its shared noise tables bring: one table a tile, 100 tiles
        const double sampling = row.std * std::sqrt(1.0 / 160000 + 1.0 / row.devices);
        const double tables =
            condition == "d2d_only" ? 0.0 : 2.0 * sigma * step * row.at / 181 / 10;
        CHECK(std::abs(ours.mean - row.mean) < 6 * std::hypot(sampling, tables) + 2e-6);
        CHECK(std::abs(ours.std - row.std) < (condition == "full" ? 0.05 : 0.03) * row.std + 2e-6);
      }
      CHECK(compared >= 41);
    }
  }
}

TEST_CASE("one pulse moves every model as published, wherever it starts and whichever way",
          "[devices][statistics]") {
  const auto files = references("step_");
  REQUIRE(files.size() == 10);
  for (const auto& path : files) {
    const Reference reference = read_reference(path, true);
    std::set<std::pair<std::string, double>> done;
    for (const Reference::Row& row : reference.rows) {
      if (!done.insert({row.condition + row.direction, row.at}).second) continue;
      constexpr Index side = 300;  // 90000 devices
      Pulser pulser(side, side);
      auto settings = with_condition(reference.settings, row.condition);
      settings.pulse = pulser.settings.pulse;
      settings.device["write_noise_std"] = 0.0;
      const auto devices = make_crosspoints(*reference.model, side, side, settings, 23, 0);
      devices->program(Matrix::Constant(side, side, static_cast<float>(row.at)));
      const Matrix before = devices->weights();
      pulser.pulse(*devices, row.direction == "up");
      const Moments ours = moments(devices->weights() - before);
      INFO(reference.name << ' ' << row.condition << ' ' << row.direction << " from " << row.at);
      // its Gaussians come from one table a tile of 50000
      const double sampling = row.std * std::sqrt(1.0 / 90000 + 1.0 / row.devices);
      const double tables = row.std / 181;
      CHECK(std::abs(ours.mean - row.mean) < 6 * std::hypot(sampling, tables) + 2e-7);
      // a bound near zero makes a slope steep: some spreads have heavy tails
      const double of_std = 6 * ours.std_error * std::sqrt(1.0 / 90000 + 1.0 / row.devices);
      CHECK(std::abs(ours.std - row.std) < 0.05 * row.std + of_std + 2e-7);
    }
    CHECK(done.size() >= 40);
  }
}

TEST_CASE("one pulse of soft_bounds moves a device as its equation says", "[devices]") {
  Pulser pulser(16, 16);
  const auto devices = make_crosspoints(*find_device_model("soft_bounds"), 16, 16,
                                        with_condition(pulser.settings, "off"), 1, 0);
  devices->program(Matrix::Constant(16, 16, 0.3F));
  pulser.pulse(*devices, true);
  // 0.001 · (1 − 0.3/0.6)
  CHECK(devices->weights()(3, 5) == Approx(0.3005).epsilon(1e-6));
  devices->program(Matrix::Constant(16, 16, 0.3F));
  pulser.pulse(*devices, false);
  // 0.001 · (1 + 0.3/0.6)
  CHECK(devices->weights()(15, 0) == Approx(0.2985).epsilon(1e-6));
}

TEST_CASE("every pulsed model stays within its own bounds, wherever the pulses drive it",
          "[devices][contract]") {
  for (const DeviceModel* model : device_models()) {
    if (!model->pulsed() || !model->problem({}).empty()) continue;
    INFO(model->info().name);
    Pulser pulser(24, 40);
    pulser.settings.device["dw_min"] = 0.05;
    const auto devices = make_crosspoints(*model, 24, 40, pulser.settings, 3, 0);
    devices->program(Matrix::Constant(24, 40, 1e3F));
    const Matrix highest = devices->weights();
    devices->program(Matrix::Constant(24, 40, -1e3F));
    const Matrix lowest = devices->weights();
    for (int i = 0; i < 200; ++i) pulser.pulse(*devices, i < 100);
    CHECK((devices->weights().array() <= highest.array()).all());
    CHECK((devices->weights().array() >= lowest.array()).all());
    // they were driven there; steps of some models vanish before the bound
    const auto distance = (devices->weights() - lowest).array() / (highest - lowest).array();
    CHECK((distance < 0.25F).cast<float>().mean() > 0.2F);
  }
}

TEST_CASE("errors or inputs of zero change nothing", "[devices][contract]") {
  for (const DeviceModel* model : device_models()) {
    if (!model->problem({}).empty()) continue;
    INFO(model->info().name);
    const auto devices = make_crosspoints(*model, 8, 8, {}, 1, 0);
    const Matrix before = devices->weights();
    devices->update(Batch::Ones(4, 8), Batch::Zero(4, 8), 1.0F, {.seed = 1});
    devices->update(Batch::Zero(4, 8), Batch::Ones(4, 8), 1.0F, {.seed = 1});
    CHECK(devices->weights() == before);
  }
}

TEST_CASE("the pulsed update has the expectation of the outer product", "[devices][statistics]") {
  const bool managed = GENERATE(true, false);
  CrosspointSettings settings = with_condition({}, "off");
  settings.device["w_max"] = 100.0;
  settings.device["w_min"] = -100.0;
  settings.pulse.update_management = managed;
  settings.pulse.train_length_management = managed;
  const auto devices =
      make_crosspoints(*find_device_model("constant_step"), 33, 50, settings, 1, 0);
  Batch x(8, 50), d(8, 33);
  for (Index b = 0; b < 8; ++b) {
    fill_uniform({.seed = 1}, static_cast<std::uint32_t>(b), {x.row(b).data(), 50});
    fill_uniform({.seed = 2}, static_cast<std::uint32_t>(b), {d.row(b).data(), 33});
  }
  constexpr int repeats = 4000;
  constexpr float rate = 0.01F;
  for (std::uint32_t i = 0; i < repeats; ++i) devices->update(x, d, rate, {.seed = 9, .batch = i});
  const Matrix wanted = -(rate / 8.0F) * d.transpose() * x * repeats;
  const Matrix off = devices->weights() - wanted;
  // variance of the number of pulses is at most its mean: Σ|x d| rate/8/dw_min a repeat
  const Matrix deviation =
      ((d.cwiseAbs().transpose() * x.cwiseAbs()).array() * (rate / 8 / 0.001F * repeats)).sqrt() *
      0.001F;
  CHECK((off.array().abs() / deviation.array()).maxCoeff() < 6.0F);
  CHECK(off.norm() / wanted.norm() < 0.05F);
}

TEST_CASE("a sample that wants more pulses than a train has slots is limited by the train",
          "[devices]") {
  CrosspointSettings settings = with_condition({}, "off");
  settings.device["w_max"] = 100.0;
  settings.device["w_min"] = -100.0;
  const auto devices = make_crosspoints(*find_device_model("constant_step"), 1, 1, settings, 1, 0);
  devices->update(Batch::Ones(40, 1), Batch::Constant(40, 1, -1.0F), 40.0F, {.seed = 1});
  // 40 samples with 31 pulses of 0.001 each: also more than a queue of directions holds
  CHECK(devices->weights()(0, 0) == Approx(40 * 31 * 0.001).epsilon(1e-4));
}

TEST_CASE("two arms of a run have the same devices, two layers and two seeds have not",
          "[devices]") {
  const DeviceModel& model = *find_device_model("soft_bounds");
  const auto bounds = [&](std::uint64_t seed, std::uint16_t layer) {
    const auto devices = make_crosspoints(model, 20, 20, {}, seed, layer);
    devices->program(Matrix::Constant(20, 20, 1e3F));
    return Matrix(devices->weights());
  };
  CHECK(bounds(1, 0) == bounds(1, 0));
  CHECK(bounds(1, 0) != bounds(1, 1));
  CHECK(bounds(1, 0) != bounds(2, 0));
}

TEST_CASE("momentum and weight decay move a digital weight as their equations say", "[array]") {
  ArraySettings settings{.kind = "exact"};
  settings.crosspoints.optimiser = {.momentum = 0.5F, .weight_decay = 0.1F};
  const auto array = make_array(settings, 1, 1, 1, 0);
  array->program(Matrix::Constant(1, 1, 1.0F));
  const Batch one = Batch::Ones(2, 1);
  array->update(one, one, 0.1F, {});  // v = 1 + 0.1·1 = 1.1, w = 1 − 0.11 = 0.89
  CHECK(array->weights()(0, 0) == Approx(0.89));
  array->update(one, one, 0.1F, {});  // v = 0.55 + 1 + 0.089 = 1.639, w = 0.89 − 0.1639
  CHECK(array->weights()(0, 0) == Approx(0.7261));
}

TEST_CASE("a model that a program adds to the registry pulses and learns as those that ship",
          "[devices]") {
  REQUIRE(find_device_model("cubic_step") != nullptr);
  const DeviceModel& model = *find_device_model("cubic_step");
  Pulser pulser(4, 4);
  const auto quiet = make_crosspoints(model, 4, 4, with_condition(pulser.settings, "off"), 1, 0);
  pulser.pulse(*quiet, true);
  // 0.001 · 8 · (1/2)³
  CHECK(quiet->weights()(1, 2) == Approx(0.001).epsilon(1e-5));
  // a line is learned through it: y = 0.2 x₀ − 0.1 x₁
  ArraySettings settings{.kind = "crossbar", .device = &model};
  const auto array = make_array(settings, 1, 2, 1, 0);
  Batch y;
  for (std::uint32_t b = 0; b < 3000; ++b) {
    Batch x(4, 2);
    for (Index i = 0; i < 4; ++i) {
      fill_uniform({.seed = 1, .batch = b}, static_cast<std::uint32_t>(i), {x.row(i).data(), 2});
    }
    array->forward(x, y, {.seed = 1, .batch = b});
    const Batch error = y - (0.2F * x.col(0) - 0.1F * x.col(1));
    array->update(x, error, 0.1F, {.seed = 1, .batch = b});
  }
  CHECK(array->weights()(0, 0) == Approx(0.2).margin(0.03));
  CHECK(array->weights()(0, 1) == Approx(-0.1).margin(0.03));
}
