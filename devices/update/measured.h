// measured: a device as it was measured, from a table (see devices/update/measured_table.h for the
// file).
//
//   dw = mean_s(w) + std_s(w) · ξ      or a draw from the measured distribution at w;     then clip
//
// linear between the measured conductances, which are mapped to [w_min, w_max]. A file may hold
// several devices; every device of an array is one of them, drawn at random (device-to-device).
// Source: look-up tables as in Agarwal et al. 2016, doi:10.1109/IJCNN.2016.7727298.
// Compiled once per SIMD target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_MEASURED_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_MEASURED_H_
#undef MEMTRAIN_DEVICES_UPDATE_MEASURED_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_MEASURED_H_
#endif

#include "devices/update/measured_table.h"
#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct Measured {
  static constexpr ModelInfo info{
      "measured", "a device as it was measured, from a table in a CSV file",
      "dw = mean_s(w) + std_s(w) * xi, or a draw from the measured distribution at w; then clip",
      "Agarwal et al. 2016, doi:10.1109/IJCNN.2016.7727298"};

  struct Parameters : MappedParameters {
    std::string file;
  };
  static std::span<const Parameter<Parameters>> table() {
    using P = Parameters;
    static const auto rows =
        joined<P>(std::array<Parameter<P>, 1>{{
                      {{.name = "file", .unit = "1", .help = "CSV file with the measured steps"},
                       member<&P::file>},
                  }},
                  bounded_parameters<P>);
    return rows;
  }
  static std::string problem(const Parameters& p) {
    if (p.file.empty()) return "file is missing (name the CSV file with the measured steps)";
    return bounds_problem(p);
  }
  static float mean_step(const Parameters& p) {
    return (p.w_max - p.w_min) * read_measured(p.file).mean_step();
  }
  static bool noisy(const Parameters& /*p*/) { return true; }

  using Constants = MeasuredTable;
  static Constants constants(const Parameters& p) { return read_measured(p.file); }

  template <class T>
  struct Device {
    T which;  ///< of the devices of the table
    T bound_max, bound_min;
    void each(auto&& visit) { visit(which), visit(bound_max), visit(bound_min); }
  };
  static constexpr std::size_t draws = 5;
  static Device<float> draw(const Parameters& p, const Constants& c, std::span<const float> zeta) {
    const auto [high, low] = draw_bounds(p, zeta);
    // the normal distribution function turns the draw into a uniform number
    const float chance = 0.5F * std::erfc(-zeta[4] * 0.70710678F);
    const int which =
        std::min(static_cast<int>(chance * static_cast<float>(c.devices)), c.devices - 1);
    return {static_cast<float>(which), high, low};
  }

  /// One pulse; xi ~ N(0, 1) is turned into the quantile it stands for.
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    const T range = d.bound_max - d.bound_min;
    const T position = (w - d.bound_min) / range;
    const T first = pick(up, T{}, splat<T>(MeasuredTable::size / 2));
    return clip(w + range * at_quantile(c.quantiles.data(), d.which, first, position, xi),
                d.bound_min, d.bound_max);
  }

 private:
  /// Linear between four nodes of the quantile table that begins at `first` of a device's.
  template <class T>
  static HWY_INLINE T at_quantile(const float* table, T which, T first, T position, T xi) {
    constexpr int size = MeasuredTable::size;
    constexpr auto scores = static_cast<float>(MeasuredTable::scores);
    constexpr float span = MeasuredTable::largest_score;
    const T x = held(position, static_cast<float>(MeasuredTable::nodes - 1));
    const T y = held((xi + splat<T>(span)) * splat<T>(0.5F / span), scores - 1.0F);
    const T left = whole(smaller(x, splat<T>(static_cast<float>(MeasuredTable::nodes - 2))));
    const T beneath = whole(smaller(y, splat<T>(scores - 2.0F)));
    const T at = first + left * splat<T>(scores) + beneath;
    const T low =
        mixed(gather(table, which, size, at), gather(table + 1, which, size, at), y - beneath);
    const float* right = table + MeasuredTable::scores;
    const T high =
        mixed(gather(right, which, size, at), gather(right + 1, which, size, at), y - beneath);
    return mixed(low, high, x - left);
  }
  /// A fraction of `last`, held in [0, last].
  template <class T>
  static HWY_INLINE T held(T fraction, float last) {
    return larger(T{}, smaller(fraction * splat<T>(last), splat<T>(last)));
  }
  template <class T>
  static HWY_INLINE T mixed(T a, T b, T part) {
    return a + (b - a) * part;
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
