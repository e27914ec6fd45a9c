// Learns a line on an array of two cubic_step devices and prints it.
#include <devices/array/array.h>
#include <devices/array/device_model.h>

#include <cstdio>

int main() {
  memtrain::ArraySettings settings{.kind = "crossbar",
                                   .device = memtrain::find_device_model("cubic_step")};
  const auto array = memtrain::make_array(settings, 1, 2, /*seed=*/1, /*layer=*/0);
  memtrain::Batch x(4, 2), y;
  x << 1.0F, 0.0F, 0.0F, 1.0F, 1.0F, 1.0F, 1.0F, -1.0F;
  for (std::uint32_t b = 0; b < 3000; ++b) {
    const memtrain::Pass pass{.seed = 1, .batch = b};
    array->forward(x, y, pass);
    const memtrain::Batch error = y - (0.2F * x.col(0) - 0.1F * x.col(1));
    array->update(x, error, 0.1F, pass);
  }
  const auto weights = array->weights();
  std::printf("y = %.2f a %+.2f b (wanted: 0.20 a -0.10 b)\n", weights(0, 0), weights(0, 1));
}
