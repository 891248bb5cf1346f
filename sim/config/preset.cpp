// SPDX-License-Identifier: Apache-2.0
#include "sim/config/preset.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

#include "sim/config/error.hpp"
#include "sim/config/names.hpp"
#include "sim/config/preset_tables.hpp"
#include "sim/config/settings.hpp"

namespace aie4::config {

std::span<const Preset> presets() {
  static const std::array kPresets = {
      Preset{"aie4", "AIE4 (NPU3): what the simulator models; the defaults", {}},
      Preset{"xdna2", "AIE2P as in Ryzen AI 300 (NPU4 to 6): 8 columns of 4 cores at 1.8 GHz", xdna2_values()},
      Preset{"xdna1", "AIE2 as in Ryzen 7040 (NPU1): 4 columns of 4 cores at 1 GHz", xdna1_values()},
  };
  return kPresets;
}

void apply_preset(Configuration& configuration, std::string_view name, const std::string& where) {
  const auto preset = std::ranges::find(presets(), name, &Preset::name);
  if (preset == presets().end()) {
    std::vector<std::string_view> names;
    for (const Preset& known : presets()) names.push_back(known.name);
    throw ConfigurationError(where, "preset",
                             fmt::format("one of {} (nearest: {})", fmt::join(names, ", "), nearest_name(name, names)),
                             std::string(name));
  }
  configuration.preset = preset->name;
  configuration.parameters = Parameters{};
  for (const PresetValue& row : preset->values) {
    set_value(configuration, row.name, static_cast<std::int64_t>(row.value), fmt::format("preset {}", preset->name));
  }
}

Origin origin_of(const Configuration& configuration, const ParameterInfo& info) {
  const auto preset = std::ranges::find(presets(), configuration.preset, &Preset::name);
  if (preset != presets().end()) {
    const auto row = std::ranges::find(preset->values, info.name, &PresetValue::name);
    if (row != preset->values.end() && configuration.parameters.*info.member == row->value) {
      return {row->confidence, row->source};
    }
  }
  return {info.confidence, info.source};
}

}  // namespace aie4::config
