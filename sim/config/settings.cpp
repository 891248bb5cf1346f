// SPDX-License-Identifier: Apache-2.0
#include "sim/config/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "sim/config/names.hpp"

namespace aie4::config {
namespace {

struct IdentityPair {
  std::string_view name;
  std::uint16_t pf;
  std::uint16_t vf;
};
// PCI id table of amdxdna, Linux 7.3 (host-interface, 1.1).
constexpr std::array kPairs = {IdentityPair{"17f2", 0x17F2, 0x17F3}, IdentityPair{"1b0b", 0x1B0B, 0x1B0C}};

bool set_pf(Configuration& configuration, const Value& value) {
  const bool* flag = std::get_if<bool>(&value);
  if (flag == nullptr) return false;
  configuration.has_pf = *flag;
  return true;
}

bool set_vfs(Configuration& configuration, const Value& value) {
  const auto* count = std::get_if<std::int64_t>(&value);
  if (count == nullptr || *count < 0 || *count > std::int64_t{Configuration::kMaxVfs}) return false;
  configuration.vfs = static_cast<unsigned>(*count);
  return true;
}

bool set_mode(Configuration& configuration, const Value& value) {
  const auto* name = std::get_if<std::string>(&value);
  if (name == nullptr || (*name != "sriov" && *name != "static")) return false;
  configuration.vf_mode = *name == "sriov" ? VfMode::Sriov : VfMode::Static;
  return true;
}

bool set_pair(Configuration& configuration, const Value& value) {
  const auto* name = std::get_if<std::string>(&value);
  if (name == nullptr) return false;
  const auto* const pair = std::ranges::find(kPairs, *name, &IdentityPair::name);
  if (pair == kPairs.end()) return false;
  configuration.identity.pf_device_id = pair->pf;
  configuration.identity.vf_device_id = pair->vf;
  return true;
}

Value get_pair(const Configuration& configuration) {
  for (const IdentityPair& pair : kPairs) {
    if (configuration.identity.pf_device_id == pair.pf && configuration.identity.vf_device_id == pair.vf) {
      return std::string(pair.name);
    }
  }
  throw ConfigurationError(
      "configuration", "identity.pair", "a pair of device ids that the driver binds",
      fmt::format("{:04x} and {:04x}", configuration.identity.pf_device_id, configuration.identity.vf_device_id));
}

static_assert(Configuration::kMaxVfs == 16, "the text below says so");
const std::array kSettings = {
    SettingInfo{"functions.pf", "true or false", "whether there is a physical function",
                [](const Configuration& c) { return Value{c.has_pf}; }, set_pf},
    SettingInfo{"functions.vfs", "an integer 0..16", "number of virtual functions",
                [](const Configuration& c) { return Value{std::int64_t{c.vfs}}; }, set_vfs},
    SettingInfo{
        "functions.mode", "\"sriov\" or \"static\"",
        "\"sriov\": virtual functions appear when the driver enables them through the PF; \"static\": they are "
        "ordinary functions that are always there",
        [](const Configuration& c) { return Value{std::string(c.vf_mode == VfMode::Sriov ? "sriov" : "static")}; },
        set_mode},
    SettingInfo{"identity.pair", "\"17f2\" or \"1b0b\"", "PCI device ids of PF and VF: 17f2 and 17f3, or 1b0b and 1b0c",
                get_pair, set_pair},
};

std::vector<std::string_view> fault_names() {
  std::vector<std::string_view> names;
  names.reserve(fault_catalogue().size());
  for (const FaultInfo& info : fault_catalogue()) names.push_back(info.name);
  return names;
}

std::optional<std::uint64_t> parse_times(std::string_view text) {
  if (text == "always") return FaultPlan::kAlways;
  std::uint64_t times = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), times);
  if (error != std::errc{} || end != text.data() + text.size() || times == 0 || times > kMaxFaultTimes) {
    return std::nullopt;
  }
  return times;
}

}  // namespace

std::string to_text(const Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
  return fmt::format("\"{}\"", std::get<std::string>(value));
}

std::span<const SettingInfo> setting_table() {
  return kSettings;
}

std::vector<std::string_view> setting_names() {
  std::vector<std::string_view> names;
  for (const SettingInfo& info : kSettings) names.push_back(info.name);
  for (const ParameterInfo& info : parameter_table()) names.push_back(info.name);
  return names;
}

std::string expected_range(const ParameterInfo& info) {
  std::string text = fmt::format("an integer {}..{}", info.minimum, info.maximum);
  if (info.unit != "1") text += fmt::format(" ({})", info.unit);
  return text;
}

void set_value(Configuration& configuration, std::string_view name, const Value& value, const std::string& where) {
  const auto* const setting = std::ranges::find(kSettings, name, &SettingInfo::name);
  if (setting != kSettings.end()) {
    if (!setting->set(configuration, value)) {
      throw ConfigurationError(where, std::string(name), std::string(setting->expected), to_text(value));
    }
    return;
  }
  const auto parameters = parameter_table();
  const auto parameter = std::ranges::find(parameters, name, &ParameterInfo::name);
  if (parameter == parameters.end()) {
    throw ConfigurationError(where, "", fmt::format("a known key (nearest: {})", nearest_name(name, setting_names())),
                             fmt::format("{}", name));
  }
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr || *number < 0 || static_cast<std::uint64_t>(*number) < parameter->minimum ||
      static_cast<std::uint64_t>(*number) > parameter->maximum) {
    throw ConfigurationError(where, std::string(name), expected_range(*parameter), to_text(value));
  }
  configuration.parameters.*parameter->member = static_cast<std::uint64_t>(*number);
}

Value get_value(const Configuration& configuration, std::string_view name) {
  const auto* const setting = std::ranges::find(kSettings, name, &SettingInfo::name);
  if (setting != kSettings.end()) return setting->get(configuration);
  const auto parameters = parameter_table();
  const auto parameter = std::ranges::find(parameters, name, &ParameterInfo::name);
  if (parameter == parameters.end()) {
    throw ConfigurationError("configuration", "",
                             fmt::format("a known key (nearest: {})", nearest_name(name, setting_names())),
                             std::string(name));
  }
  return static_cast<std::int64_t>(configuration.parameters.*parameter->member);
}

void arm_fault(Configuration& configuration, std::string_view specification, const std::string& where) {
  const std::size_t colon = specification.find(':');
  const std::string_view name = specification.substr(0, colon);
  const std::optional<Fault> fault = find_fault(name);
  if (!fault) {
    throw ConfigurationError(where, "", fmt::format("a known fault (nearest: {})", nearest_name(name, fault_names())),
                             fmt::format("{}", name));
  }
  std::uint64_t times = 1;
  if (colon != std::string_view::npos) {
    const std::string_view text = specification.substr(colon + 1);
    const auto parsed = parse_times(text);
    if (!parsed) {
      throw ConfigurationError(where, std::string(name),
                               fmt::format("how often it strikes, 1..{} or \"always\"", kMaxFaultTimes),
                               fmt::format("\"{}\"", text));
    }
    times = *parsed;
  }
  configuration.faults.arm(*fault, times);
}

std::vector<std::string> armed_faults(const FaultPlan& plan) {
  std::vector<std::string> armed;
  FaultPlan probe = plan;  // asking uses a fault up, so ask a copy
  for (const FaultInfo& info : fault_catalogue()) {
    std::uint64_t times = 0;
    while (times <= kMaxFaultTimes && probe.strikes(info.fault)) ++times;
    if (times == 0) continue;
    if (times == 1) {
      armed.emplace_back(info.name);
    } else if (times <= kMaxFaultTimes) {
      armed.push_back(fmt::format("{}:{}", info.name, times));
    } else {
      armed.push_back(fmt::format("{}:always", info.name));
    }
  }
  return armed;
}

}  // namespace aie4::config
