// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sim/config/config.hpp"
#include "sim/config/preset.hpp"
#include "sim/config/settings.hpp"

namespace aie4::config {
namespace {

constexpr std::string_view kHead = R"(# Configuration reference

<!-- Generated from the tables in models/common/parameters.cpp, models/common/fault_plan.cpp and
     sim/config/settings.cpp. After a change there:
     AIE4SIM_UPDATE=1 ctest --preset release -R 'configuration reference' -->

What is built and how long it takes is said by `--preset NAME`, by a TOML file, by `--set name=value` and by `--fault NAME`, applied
in this order; what nobody names has its default. `aie4sim config print` shows the effective values with their descriptions; its
output is itself a configuration file. A transcript holds the effective configuration of the device that it recorded.

```toml
faults = ["message-lost:3"]

[functions]
vfs = 2

[psp]
validate_us = 100
```

An unknown name is refused and the nearest known one is named; so is a value outside its range. These combinations are
refused as well: no function at all; `functions.mode = "sriov"` without a PF.

)";

}  // namespace

std::string reference() {
  const Configuration defaults;
  std::string text(kHead);
  text += "## Settings\n\n| name | value | default | meaning |\n|---|---|---|---|\n";
  for (const SettingInfo& info : setting_table()) {
    text += fmt::format("| `{}` | {} | `{}` | {} |\n", info.name, info.expected, to_text(info.get(defaults)),
                        info.description);
  }
  text +=
      "\n## Parameters\n\nConfidence: *measured* on hardware by the cited source; *documented* in a manual, a driver "
      "or "
      "a public\ntool; *inferred* from such facts; *assumed*, with no public evidence. Unit 1 is a count or a "
      "switch.\n";
  std::string_view table;
  for (const ParameterInfo& info : parameter_table()) {
    const std::string_view own = info.name.substr(0, info.name.rfind('.'));
    if (own != table) {
      text += fmt::format(
          "\n### {}\n\n| name | unit | default | range | meaning | confidence: source |\n|---|---|---|---|---|---|\n",
          own);
      table = own;
    }
    text += fmt::format("| `{}` | {} | {} | {}..{} | {} | {}: {} |\n", info.name, info.unit, info.default_value,
                        info.minimum, info.maximum, info.description, to_string(info.confidence), info.source);
  }
  for (const Preset& preset : presets()) {
    if (preset.values.empty()) continue;
    text += fmt::format(
        "\n## Preset {}\n\n{}. `--preset {}`, or `preset = \"{}\"` in a file. Other parameters are as\nabove; what no "
        "parameter can say is in [known gaps](known-gaps.md).\n\n| name | value | confidence: source "
        "|\n|---|---|---|\n",
        preset.name, preset.description, preset.name, preset.name);
    for (const PresetValue& row : preset.values) {
      text += fmt::format("| `{}` | {} | {}: {} |\n", row.name, row.value, to_string(row.confidence), row.source);
    }
  }
  text += fmt::format(
      "\n## Faults\n\nScripted misbehaviour of the device, to see how the driver copes: `--fault NAME` strikes once, "
      "`--fault NAME:N` N\ntimes (1..{}), `--fault NAME:always` for ever. In a file: `faults = [\"NAME\", "
      "\"NAME:N\"]`.\n\n"
      "| name | what the device does | what the driver of Linux 7.3 logs or does |\n|---|---|---|\n",
      kMaxFaultTimes);
  for (const FaultInfo& info : fault_catalogue()) {
    text += fmt::format("| `{}` | {} | {} |\n", info.name, info.description, info.symptom);
  }
  return text;
}

}  // namespace aie4::config
