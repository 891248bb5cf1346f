// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/options.hpp"

#include "sim/cli/command.hpp"
#include "sim/config/config.hpp"
#include "sim/config/preset.hpp"

namespace aie4::cli {

void ConfigurationOptions::add_to(CLI::App& command) {
  const std::string group = "Configuration";
  command.add_option("--preset", preset, "Parameters of a generation: aie4, xdna2 or xdna1")->group(group);
  command.add_option("--config", file, "TOML file (names: aie4sim config list)")->group(group);
  add_repeated(command, "--set", settings, "NAME=VALUE, over the file; repeatable")->group(group);
  add_repeated(command, "--fault", faults, "NAME, NAME:N or NAME:always (names: aie4sim faults); repeatable")
      ->group(group);
  command.add_option("--identity", identity, "PCI device ids: 17f2 or 1b0b")
      ->check(CLI::IsMember({"17f2", "1b0b"}))
      ->group(group);
}

Configuration ConfigurationOptions::apply(const Configuration& base) const {
  Configuration configuration = base;
  if (!preset.empty()) config::apply_preset(configuration, preset, "--preset");
  if (!file.empty()) config::apply_file(configuration, file);
  for (const std::string& setting : settings) config::apply_setting(configuration, setting);
  if (!identity.empty()) config::apply_setting(configuration, "identity.pair=" + identity);
  for (const std::string& fault : faults) config::apply_fault(configuration, fault);
  return configuration;
}

}  // namespace aie4::cli
