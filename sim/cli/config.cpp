// SPDX-License-Identifier: Apache-2.0
// `aie4sim config`: what can be configured, and what a configuration comes to.
#include "sim/config/config.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <string>

#include "sim/cli/command.hpp"
#include "sim/cli/options.hpp"
#include "sim/config/settings.hpp"

namespace aie4::cli {
namespace {

struct PrintOptions {
  ConfigurationOptions configuration;
  bool json = false;
  bool bare = false;
};

int print(const PrintOptions& options) {
  const Configuration configuration = options.configuration.apply();
  config::check(configuration);
  std::cout << (options.json ? config::print_json(configuration)
                             : config::print_toml(configuration, {.comments = !options.bare}));
  return kExitOk;
}

int list() {
  const Configuration defaults;
  std::size_t width = 0;
  for (const std::string_view name : config::setting_names()) width = std::max(width, name.size());
  const auto row = [width](std::string_view name, const std::string& value, std::string_view unit,
                           std::string_view confidence, std::string_view description) {
    std::cout << fmt::format("{:{}}  {:>9}  {:5}  {:10}  {}\n", name, width, value, unit, confidence, description);
  };
  row("NAME", "DEFAULT", "UNIT", "CONFIDENCE", "MEANING");
  for (const config::SettingInfo& info : config::setting_table()) {
    row(info.name, config::to_text(info.get(defaults)), "", "", info.description);
  }
  for (const ParameterInfo& info : parameter_table()) {
    row(info.name, std::to_string(info.default_value), info.unit == "1" ? "" : info.unit, to_string(info.confidence),
        info.description);
  }
  return kExitOk;
}

}  // namespace

void add_config(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("config", "List what can be configured, print an effective configuration");
  command->require_subcommand(1);
  command->footer(examples({"aie4sim config list", "aie4sim config print --set psp.validate_us=0 > my.toml"}));

  CLI::App* print_command =
      command->add_subcommand("print", "Print the effective configuration as TOML that --config reads back");
  const auto options = std::make_shared<PrintOptions>();
  options->configuration.add_to(*print_command);
  print_command->add_flag("--json", options->json, "Print JSON with unit, range, source and confidence of each value");
  print_command->add_flag("--bare", options->bare, "Leave the comments out");
  print_command->footer(examples({"aie4sim config print > my.toml", "aie4sim config print --config my.toml --json"}));
  print_command->callback([options, &action] { action = [options] { return print(*options); }; });

  CLI::App* list_command = command->add_subcommand("list", "List every name with default, unit and meaning");
  const auto markdown = std::make_shared<bool>(false);
  list_command->add_flag("--markdown", *markdown, "Print the reference page (docs/configuration.md)");
  list_command->footer(examples({"aie4sim config list"}));
  list_command->callback([markdown, &action] {
    action = [markdown] {
      if (!*markdown) return list();
      std::cout << config::reference();
      return kExitOk;
    };
  });
}

}  // namespace aie4::cli
