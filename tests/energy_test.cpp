#include <catch2/catch.hpp>
#include <cmath>

#include "devices/array/array.h"
#include "devices/array/device_model.h"
#include "sim/cost/price.h"

// What reads and pulses cost, against pencil and paper.
namespace memtrain {
namespace {

constexpr double kappa = 4.5e-6;           // siemens a weight: (10 - 1) uS from -1 to 1
constexpr double zero = 5.5e-6;            // conductance of weight 0
constexpr double read_work = 0.25 * 5e-9;  // V² t of a read
constexpr double up_work = 4.0 * 50e-9;    // V² t of a pulse up
constexpr double down_work = 2.25 * 80e-9;
constexpr double line = 2e-10 * 1e-7 * 2;  // capacitance of a line past two crosspoints

double siemens(double weight) { return zero + kappa * weight; }

/// Devices without spread or noise whose every pulse makes a step of 0.01; no converters.
ArraySettings clean(const std::string& model = "constant_step") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model(model)};
  settings.crosspoints.device = {{"dw_min", 0.01},      {"dw_min_dtod", 0.0}, {"dw_min_std", 0.0},
                                 {"up_down_dtod", 0.0}, {"w_max", 1.0},       {"w_min", -1.0},
                                 {"w_max_dtod", 0.0},   {"w_min_dtod", 0.0},  {"g_max", 1e-5},
                                 {"g_min", 1e-6}};
  settings.crosspoints.note_lines = true;
  settings.circuits.forward.noise_management = "none";
  settings.circuits.transposed.noise_management = "none";
  settings.circuits.energy.v_read = 0.5F;
  settings.circuits.energy.t_read = 5e-9F;
  settings.circuits.energy.v_up = 2.0F;
  settings.circuits.energy.t_up = 50e-9F;
  settings.circuits.energy.v_down = 1.5F;
  settings.circuits.energy.t_down = 80e-9F;
  return settings;
}

Matrix weights() {
  Matrix w(2, 2);
  w << 0.2F, -0.4F, 0.6F, 0.0F;
  return w;
}

std::unique_ptr<Array> two_by_two(const ArraySettings& settings) {
  auto array = make_array(settings, 2, 2, 1, 0);
  array->program(weights());
  return array;
}

Batch row(float a, float b) {
  Batch x(1, 2);
  x << a, b;
  return x;
}

Events read(const ArraySettings& settings, const Batch& x, bool transposed = false) {
  const auto array = two_by_two(settings);
  Batch y;
  if (transposed) {
    array->transposed(x, y, {});
  } else {
    array->forward(x, y, {});
  }
  return array->account()[transposed ? CostPhase::transposed : CostPhase::first_forward];
}

}  // namespace

TEST_CASE("a read of a 2 x 2 array takes the joules of its devices and lines", "[energy]") {
  // both devices of an input's line, and the one of weight 0 in the column that is taken off
  const double first = siemens(0.2) + siemens(0.6) + zero;
  const double second = siemens(-0.4) + siemens(0.0) + zero;
  const Events amplitude = read(clean(), row(1.0F, -0.5F));
  CHECK(amplitude.energy.device_reads == Approx(read_work * (first + 0.25 * second)));
  CHECK(amplitude.energy.wires == Approx(0.25 * line * (1 + 0.25)));
  CHECK(amplitude.energy.converters == 0);
  CHECK(amplitude.seconds == Approx(5e-9));

  ArraySettings settings = clean();
  settings.circuits.energy.encoding = "width";
  const Events width = read(settings, row(1.0F, -0.5F));
  CHECK(width.energy.device_reads == Approx(read_work * (first + 0.5 * second)));
  CHECK(width.energy.wires == Approx(0.25 * line * 2));

  settings.circuits.energy.encoding = "bit_serial";
  settings.circuits.forward.dac.bits = 4;  // magnitudes 0 to 7: 7 = 111, 0.57 * 7 = 4 = 100
  const Events serial = read(settings, row(1.0F, -4.0F / 7.0F));
  CHECK(serial.energy.device_reads == Approx(read_work * (3 * first + second)));
  CHECK(serial.energy.wires == Approx(0.25 * line * 4));
  CHECK(serial.energy.converters == Approx(2 * 1e-14 * 16));
  CHECK(serial.seconds == Approx(3 * 5e-9));  // the sign is the polarity

  settings = clean();
  settings.circuits.mapping.offset = "digital";
  const Events transposed = read(settings, row(1.0F, 0.5F), true);
  CHECK(transposed.energy.device_reads ==
        Approx(read_work * (siemens(0.2) + siemens(-0.4) + 0.25 * (siemens(0.6) + siemens(0)))));
}

TEST_CASE("noise management drives the largest input of a vector at the full voltage", "[energy]") {
  ArraySettings settings = clean();
  settings.circuits.forward.noise_management = "max";
  const Events scaled = read(settings, row(0.02F, -0.01F));
  CHECK(scaled.energy.device_reads == Approx(read(clean(), row(1.0F, -0.5F)).energy.device_reads));
}

TEST_CASE("converters cost by their levels, and outputs take turns at them", "[energy]") {
  ArraySettings settings = clean();
  settings.circuits.forward.adc.bits = 8;
  const Events events = read(settings, row(1.0F, 1.0F));
  CHECK(events.energy.converters == Approx(2 * 1e-14 * 256));
  CHECK(events.seconds == Approx(5e-9 + 2 * 8.3e-10));
  settings.circuits.energy.outputs_per_adc = 1;
  CHECK(read(settings, row(1.0F, 1.0F)).seconds == Approx(5e-9 + 8.3e-10));
}

TEST_CASE("one pulse in a 2 x 2 array takes its device's joules and its lines' half", "[energy]") {
  ArraySettings settings = clean();
  settings.crosspoints.pulse.mode = "deterministic";
  const auto array = two_by_two(settings);
  array->update(row(1, 0), row(-0.01F, 0), 1.0F, {});  // one pulse up at the first crosspoint
  CHECK(array->weights()(0, 0) == Approx(0.21));
  const Events up = array->account()[CostPhase::update];
  CHECK(up.write_pulses == 1);
  CHECK(up.energy.device_writes == Approx(up_work * siemens(0.205)));
  // the others on the line of the output and on that of the input
  const double half = (up_work + down_work) / 2 / 4;
  CHECK(up.energy.half_select == Approx(half * (siemens(-0.4) + siemens(0.6))).epsilon(1e-5));
  CHECK(up.energy.wires == Approx((4.0 + 2.25) / 2 * line * 2));
  CHECK(up.seconds == Approx(50e-9));
  CHECK(up.digital_macs == up.macs);

  array->update(row(0, 1), row(0, 0.02F), 1.0F, {});  // two pulses down at the last
  Events down = array->account()[CostPhase::update];
  CHECK(down.write_pulses == 3);
  CHECK(down.energy.device_writes - up.energy.device_writes ==
        Approx(down_work * (siemens(-0.005) + siemens(-0.015))));
  CHECK(down.seconds - up.seconds == Approx(2 * 80e-9));
}

TEST_CASE("coincidences cost what each pulse meets on its way, in every model", "[energy]") {
  const std::string model =
      GENERATE("constant_step", "soft_bounds", "linear_step", "exp_step", "pow_step");
  INFO(model);
  ArraySettings settings = clean(model);
  // every line fires in all of five slots
  const auto array = two_by_two(settings);
  const auto one_by_one = two_by_two([&] {
    ArraySettings counted = settings;
    counted.crosspoints.pulse.mode = "deterministic";
    return counted;
  }());
  array->update(row(1, 0), row(-0.05F, 0), 1.0F, {});
  double met = 0;
  for (int pulse = 0; pulse < 5; ++pulse) {
    const auto before = static_cast<double>(one_by_one->weights()(0, 0));
    one_by_one->update(row(1, 0), row(-0.01F, 0), 1.0F, {});
    met += siemens((before + static_cast<double>(one_by_one->weights()(0, 0))) / 2);
  }
  CHECK(array->weights()(0, 0) == Approx(one_by_one->weights()(0, 0)));
  const Events update = array->account()[CostPhase::update];
  CHECK(update.write_pulses == 5);
  CHECK(update.energy.device_writes == Approx(up_work * met).epsilon(1e-5));
  CHECK(update.digital_macs == 0);
  CHECK(update.seconds == Approx(5 * (50e-9 + 80e-9)));  // a slot up and one down
  CHECK(one_by_one->account()[CostPhase::update].energy.device_writes ==
        Approx(update.energy.device_writes).epsilon(1e-5));
}

TEST_CASE("trains played row by row take every row's time and disturb the columns each time",
          "[energy]") {
  ArraySettings settings = clean();
  const auto played = [&](const std::string& write) {
    settings.crosspoints.pulse.write = write;
    const auto array = two_by_two(settings);
    array->update(row(1, 0), row(-0.05F, -0.05F), 1.0F, {});
    CHECK(array->weights()(1, 0) == Approx(0.65));
    return array->account()[CostPhase::update];
  };
  const Events parallel = played("parallel"), by_row = played("row_by_row");
  CHECK(parallel.seconds == Approx(5 * 130e-9));
  CHECK(by_row.seconds == Approx(10 * 130e-9));
  CHECK(by_row.energy.device_writes == parallel.energy.device_writes);
  // in parallel: the other device of each output's line; row by row also the one in the column
  const double half = (up_work + down_work) / 2 / 4;
  const double others = 5 * (siemens(-0.4) + siemens(0.0));
  const double column = 5 * (siemens(0.225) + siemens(0.625));
  CHECK(parallel.energy.half_select == Approx(half * others).epsilon(1e-4));
  CHECK(by_row.energy.half_select == Approx(half * (others + column)).epsilon(1e-4));
}

TEST_CASE("both devices of a pair cost, in reads and in writes", "[energy]") {
  ArraySettings settings = clean();
  settings.crosspoints.cell.kind = "differential";
  settings.crosspoints.pulse.mode = "deterministic";
  const auto array = make_array(settings, 1, 1, 1, 0);  // both devices at weight 0
  Batch y;
  array->forward(Batch::Ones(1, 1), y, {});
  CHECK(array->account().total().energy.device_reads == Approx(read_work * 2 * zero));
  array->update(Batch::Ones(1, 1), Batch::Constant(1, 1, -0.02F), 1.0F, {});
  const Events update = array->account()[CostPhase::update];
  CHECK(update.write_pulses == 2);
  CHECK(update.energy.device_writes ==
        Approx(up_work * siemens(0.005) + down_work * siemens(-0.005)));
  CHECK(update.energy.half_select < 1e-4 * update.energy.device_writes);
}

TEST_CASE("what is not known costs nobody knows what, and everything else is still counted",
          "[energy]") {
  ArraySettings settings = clean();
  settings.crosspoints.pulse.mode = "deterministic";
  settings.circuits.forward.adc.bits = 8;
  const std::string lacking = GENERATE("g_max", "v_read", "v_up");
  INFO(lacking);
  if (lacking == "g_max") settings.crosspoints.device["g_max"] = 0.0;
  if (lacking == "v_read") settings.circuits.energy.v_read = std::nanf("");
  if (lacking == "v_up") settings.circuits.energy.v_up = std::nanf("");
  const auto array = two_by_two(settings);
  Batch y;
  array->forward(row(1, 1), y, {});
  array->update(row(1, 0), row(-0.01F, 0), 1.0F, {});
  const Account account = array->account();
  const EnergyParts& reads = account[CostPhase::first_forward].energy;
  const EnergyParts& writes = account[CostPhase::update].energy;
  CHECK(std::isnan(reads.device_reads) == (lacking != "v_up"));
  CHECK(std::isnan(writes.device_writes) == (lacking != "v_read"));
  CHECK(reads.converters > 0);
  CHECK(account.total().write_pulses == 1);
  CHECK(account.total().forward_reads == 1);
}

TEST_CASE("energy does not change what is learned", "[energy]") {
  const std::string model = GENERATE("constant_step", "soft_bounds", "vteam", "nonlinear_ltp_ltd");
  const auto learned = [&](bool metered) {
    ArraySettings settings{.kind = "crossbar", .device = find_device_model(model)};
    settings.crosspoints.device = {{"g_max", 1e-5}, {"g_min", 1e-6}};
    settings.crosspoints.note_lines = metered;
    settings.circuits.energy = metered ? clean().circuits.energy : EnergySettings{};
    const auto array = make_array(settings, 20, 50, 1, 0);
    Batch x(8, 50), d(8, 20);
    for (Index i = 0; i < 8; ++i) {
      fill_uniform({.seed = 5}, static_cast<std::uint32_t>(i), {x.row(i).data(), 50});
      fill_uniform({.seed = 6}, static_cast<std::uint32_t>(i), {d.row(i).data(), 20});
    }
    array->update(x, d, 0.5F, {.seed = 1});
    if (metered) CHECK(array->account().total().energy.total() > 0);
    return Matrix(array->weights());
  };
  CHECK(learned(true) == learned(false));
}

TEST_CASE("closed loops cost the reads they verify with, whatever is known of voltages",
          "[energy]") {
  ArraySettings settings = clean();
  settings.crosspoints.pulse.mode = "write_verify";
  settings.circuits.forward.adc.bits = 8;
  const bool known = GENERATE(true, false);
  if (!known) settings.circuits.energy.v_up = std::nanf("");
  const auto array = two_by_two(settings);
  array->update(row(1, 0), row(-0.05F, 0), 1.0F, {});
  // one round of five pulses, and one that finds nothing to do: two vectors each, of two outputs
  const Events update = array->account()[CostPhase::update];
  CHECK(update.write_pulses == 5);
  CHECK(update.forward_reads == 2 * 2);
  CHECK(update.converters.adc_conversions == 2 * 2 * 2);
  CHECK(update.energy.converters == Approx(8 * 1e-14 * 256));
  CHECK(update.seconds == Approx(5 * 50e-9 + 4 * (5e-9 + 2 * 8.3e-10)));
  CHECK(std::isnan(update.energy.device_writes) == !known);
  CHECK(update.energy.device_reads > 0);
}

TEST_CASE("a closed loop reads one input after another at full scale, at the price of any read",
          "[energy]") {
  ArraySettings settings = clean();
  settings.crosspoints.pulse.mode = "write_verify";
  settings.circuits.forward.dac.bits = 4;
  settings.circuits.forward.adc.bits = 8;
  settings.circuits.energy.encoding = GENERATE("amplitude", "bit_serial");
  const double pulses = settings.circuits.energy.encoding == "amplitude" ? 1 : 3;
  const auto verified = [&] {  // one round, which finds nothing to do
    const auto array = two_by_two(settings);
    array->update(row(0, 0), row(0, 0), 1.0F, {});
    return array->account()[CostPhase::update];
  };
  const Events update = verified();
  CHECK(update.forward_reads == 2);
  // all devices, and two of weight 0 in the column that is taken off
  const double devices = siemens(0.2) + siemens(-0.4) + siemens(0.6) + siemens(0.0) + 2 * zero;
  CHECK(update.energy.device_reads == Approx(pulses * read_work * devices));
  CHECK(update.energy.wires == Approx(pulses * 0.25 * line * 2));
  CHECK(update.converters.dac_conversions == 2 * 2);
  CHECK(update.converters.adc_conversions == 2 * 2);
  CHECK(update.energy.converters == Approx(4 * 1e-14 * 16 + 4 * 1e-14 * 256));
  CHECK(update.seconds == Approx(2 * (pulses * 5e-9 + 2 * 8.3e-10)));
  const Events same = read(settings, Batch::Identity(2, 2));
  CHECK(same.energy.total() == Approx(update.energy.total()));
  CHECK(same.seconds == Approx(update.seconds));

  settings.circuits.tile.rows = 1;  // an input alone in its tile has one converter to drive it
  CHECK(verified().converters.dac_conversions == 2);
  CHECK(verified().converters.adc_conversions == 2 * 2);
  CHECK(verified().energy.device_reads == Approx(update.energy.device_reads));

  settings.circuits.energy.v_read = std::nanf("");
  CHECK(std::isnan(verified().energy.device_reads));
  CHECK(std::isnan(verified().energy.wires));
}

TEST_CASE("what upkeep writes costs its time, its reads and its lines", "[energy]") {
  ArraySettings settings = clean();
  settings.crosspoints.cell.kind = "sliced";
  settings.crosspoints.cell.carry_every = 1;
  settings.crosspoints.pulse.verify_pulses = 200;
  const auto updated = [&](int carry_every) {
    settings.crosspoints.cell.carry_every = carry_every;
    const auto array = two_by_two(settings);
    for (int u = 0; u < 8; ++u) array->update(row(1, 0.5F), row(-2.0F, 1.0F), 1.0F, {});
    return array->account()[CostPhase::update];
  };
  const Events with = updated(1), without = updated(0);
  CHECK(with.write_pulses > without.write_pulses);
  CHECK(with.forward_reads >= 2);
  CHECK(without.forward_reads == 0);
  CHECK(with.seconds > without.seconds);
  CHECK(with.energy.half_select > without.energy.half_select);
}

TEST_CASE("weights that are set without pulses cost nobody knows what", "[energy]") {
  ArraySettings settings = clean();
  settings.crosspoints.pulse.mode = "float";
  const auto array = two_by_two(settings);
  array->update(row(1, 0), row(-0.05F, 0), 1.0F, {});
  CHECK(std::isnan(array->account().total().energy.device_writes));
  CHECK(std::isnan(array->account().total().seconds));
}

TEST_CASE("digital logic costs by its multiply-accumulates and operations", "[energy]") {
  const Events events{.digital_macs = 100, .operations = 10};
  const DigitalSettings digital{.energy_per_mac = 2e-12F,
                                .energy_per_operation = 1e-12F,
                                .clock = 1e9F,
                                .cycles_per_mac = 0.5F,
                                .cycles_per_operation = 2.0F};
  CHECK(digital_energy(events, digital) == Approx(210e-12));
  CHECK(seconds(events, digital) == Approx(70e-9));
}

TEST_CASE("every array kind can be programmed by pulses, before training at no cost", "[energy]") {
  ArraySettings settings = clean();
  settings.kind = GENERATE("crossbar", "mixed_precision", "transfer", "buffered_transfer");
  settings.circuits.programming.method = "write_verify";
  settings.crosspoints.pulse.verify_pulses = 200;
  const auto array = make_array(settings, 2, 2, 1, 0);
  array->program(weights(), {.phase = Phase::preparation});
  CHECK((array->weights() - weights()).cwiseAbs().maxCoeff() < 0.011F);
  CHECK(array->account().total().write_pulses == 0);
  CHECK(array->account().total().energy.total() == 0);
  array->program(Matrix::Zero(2, 2), {});
  CHECK(array->account().total().write_pulses >= 2 * 20 + 40);
}

TEST_CASE("each device that is read by itself has a weight of 0 taken off", "[energy]") {
  ArraySettings settings = clean();
  settings.crosspoints.cell.kind = "differential";
  settings.circuits.mapping.devices = GENERATE("joint", "separate");
  const auto array = make_array(settings, 1, 1, 1, 0);  // all at the conductance of weight 0
  Batch y;
  array->forward(Batch::Ones(1, 1), y, {});
  const double devices = settings.circuits.mapping.devices == "joint" ? 2 : 4;
  CHECK(array->account().total().energy.device_reads == Approx(read_work * devices * zero));
}

TEST_CASE("copies of a second array cost pulses if they are written by pulses", "[energy]") {
  ArraySettings settings = clean();
  settings.backward.array = "second";
  settings.circuits.programming.method = GENERATE("exact", "write_verify");
  const auto array = two_by_two(settings);
  const double before = array->account().total().energy.device_writes;
  array->update(row(1, 0), row(-0.05F, 0), 1.0F, {});
  const Events update = array->account()[CostPhase::update];
  CHECK(update.programmed_weights == 4);
  if (settings.circuits.programming.method == "exact") {
    CHECK(std::isnan(update.energy.device_writes));
  } else {
    // five pulses at the array, and about as many at the copy
    CHECK(update.energy.device_writes - before ==
          Approx(2 * 5 * up_work * siemens(0.2)).epsilon(0.2));
  }
}

}  // namespace memtrain
