// SPDX-License-Identifier: Apache-2.0
// The same machine with the parameters of another generation. What it cannot be told by parameters is in
// docs/known-gaps.md, "Older generations".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "models/npu/configuration.hpp"

namespace aie4::config {

struct PresetValue {
  std::string_view name;  ///< Of a parameter.
  std::uint64_t value = 0;
  Confidence confidence = Confidence::Assumed;
  std::string_view source;
};

/// Parameters that it does not list keep the value of AIE4.
struct Preset {
  std::string_view name;
  std::string_view description;
  std::span<const PresetValue> values;
};

/// AIE4 first: it lists nothing.
[[nodiscard]] std::span<const Preset> presets();

/// Sets all parameters to those of the preset. Throws ConfigurationError for an unknown name (naming the nearest).
void apply_preset(Configuration& configuration, std::string_view name, const std::string& where);

/// Where the value of a parameter comes from.
struct Origin {
  Confidence confidence = Confidence::Assumed;
  std::string_view source;
};
/// That of the preset's row if it has one and nobody changed the value, that of the parameter's row otherwise.
[[nodiscard]] Origin origin_of(const Configuration& configuration, const ParameterInfo& info);

}  // namespace aie4::config
