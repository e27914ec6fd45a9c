#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace memtrain {

/// Two arms that are compared: one of run A, one of run B.
struct ArmPair {
  std::string a, b;
  friend bool operator==(const ArmPair&, const ArmPair&) = default;
};

/// How a pair of arms is named: "ftp", or "ftp=bp" where the names differ.
[[nodiscard]] std::string name_of(const ArmPair& arms);

/// Values by their keys with dots in between. A list is one value, as TOML has it, on one line; a
/// text is without its quotes.
using Settings = std::map<std::string, std::string>;
/// What a TOML text sets; none where the text is empty or not TOML.
[[nodiscard]] std::optional<Settings> settings_of(const std::string& toml);

/// A setting that two runs do not have in common.
struct SettingDifference {
  std::string key;                  ///< "train.learning_rate"
  std::optional<ArmPair> arms;      ///< where it differs so; none: in all that was compared
  std::optional<std::string> a, b;  ///< its values; none where a run does not have the key
};

/// The settings of one pair of arms.
struct PairedSettings {
  ArmPair arms;
  Settings a, b;
};
/// By key; a key that differs in the same way in all the pairs is told once.
[[nodiscard]] std::vector<SettingDifference> settings_differences(
    const std::vector<PairedSettings>& pairs);

}  // namespace memtrain
