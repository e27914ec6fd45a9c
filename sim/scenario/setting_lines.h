#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace memtrain {

/// Stands behind the name of a file whose contents a setting means, before the eight digits of
/// their CRC-32: `device.file = "steps.csv"  # crc32 0123abcd`. Scenarios from before have none,
/// nor have those whose file could not be read.
inline constexpr std::string_view checksum_mark = "  # crc32 ";

/// One setting of a complete scenario, as Scenario::toml has it.
struct SettingLine {
  std::string arm;   ///< its name in quotes, as it stands there; empty: of all arms
  std::string key;   ///< "device.w_max"
  std::string text;  ///< with its key and the end of its line; a list of layers has several lines
};

/// The settings of a complete scenario in order, the names of arms left out.
[[nodiscard]] std::vector<SettingLine> setting_lines(const std::string& toml);

/// The same as TOML.
[[nodiscard]] std::string toml_of(const std::vector<SettingLine>& lines);

/// The first setting that differs between two complete scenarios, 'arm "bp": device.w_max = 0.3
/// there, device.w_max = 0.5 here', or an arm that only one of them has. What only one of them has
/// does not count: settings, such as those of a later version, and checksums of files. Empty: none
/// differs.
[[nodiscard]] std::string different_setting(const std::string& there, const std::string& here);

/// Where two complete scenarios first differ: as different_setting(), or else by a setting that
/// only one of them has, or by their order. Empty: nowhere.
[[nodiscard]] std::string first_difference(const std::string& there, const std::string& here);

}  // namespace memtrain
