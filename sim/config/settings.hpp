// SPDX-License-Identifier: Apache-2.0
// Every name that a configuration file or `--set` may use, with how it is read, written and described. Parameters come
// from `parameter_table()`; the few settings that are not numbers of the model are listed here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/npu/configuration.hpp"
#include "sim/config/error.hpp"

namespace aie4::config {

using Value = std::variant<bool, std::int64_t, std::string>;

/// As TOML and JSON write it: `true`, `12`, `"sriov"`.
[[nodiscard]] std::string to_text(const Value& value);

/// A setting that is no parameter.
struct SettingInfo {
  std::string_view name;      ///< "functions.vfs".
  std::string_view expected;  ///< "an integer 0..16": completes "expected ...".
  std::string_view description;
  Value (*get)(const Configuration&) = nullptr;
  bool (*set)(Configuration&, const Value&) = nullptr;  ///< False if the value is none of those expected.
};

[[nodiscard]] std::span<const SettingInfo> setting_table();

/// Names of all settings and parameters, in the order in which they are printed.
[[nodiscard]] std::vector<std::string_view> setting_names();

/// Sets one value. Throws ConfigurationError for an unknown name (naming the nearest), a wrong type or range.
void set_value(Configuration& configuration, std::string_view name, const Value& value, const std::string& where);
[[nodiscard]] Value get_value(const Configuration& configuration, std::string_view name);

/// Arms a fault: "psp-silent" (once), "message-lost:3", "smu-error:always".
void arm_fault(Configuration& configuration, std::string_view specification, const std::string& where);
/// The armed faults as `arm_fault` takes them, in catalogue order.
[[nodiscard]] std::vector<std::string> armed_faults(const FaultPlan& plan);

/// A fault strikes at most so many times, or always.
inline constexpr std::uint64_t kMaxFaultTimes = 1000;

/// "an integer 0..10000000 (us)".
[[nodiscard]] std::string expected_range(const ParameterInfo& info);

}  // namespace aie4::config
