// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command.hpp"

namespace aie4::cli {

std::string examples(std::initializer_list<std::string_view> lines) {
  std::string text = "Examples:";
  for (const std::string_view line : lines) text.append("\n  ").append(line);
  return text;
}

CLI::Option* add_repeated(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                          const std::string& description) {
  return app.add_option(name, values, description)->allow_extra_args(false);
}

}  // namespace aie4::cli
