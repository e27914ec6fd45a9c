// Compiled for every x86-64 (tools/CMakeLists.txt), and so includes nothing that is inlined
// elsewhere.
#include "tools/memtrain/processor.h"

#include <unistd.h>

void memtrain::require_processor() {
#ifdef MEMTRAIN_NEEDS_X86_64_V3
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")) {
    return;
  }
  static constexpr char message[] =
      "memtrain: this processor lacks AVX2, FMA or BMI2 (x86-64-v3), which this build needs (build "
      "it from source "
      "with -DMEMTRAIN_ARCH=x86-64)\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, message, sizeof message - 1);
  _exit(2);
#endif
}
