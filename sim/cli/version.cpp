// SPDX-License-Identifier: Apache-2.0
// `aie4sim version`: what this program is made of.
#include <fmt/format.h>
#include <iostream>

#include <systemc>

#include "firmware-stub/image/container.hpp"
#include "sim/cli/command.hpp"

namespace aie4::cli {

void add_version(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("version", "Print the version of the program and of what it is built from");
  command->footer(examples({"aie4sim version"}));
  command->callback([&action] {
    action = [] {
      std::cout << fmt::format("aie4sim {}\n", AIE4SIM_VERSION)
                << fmt::format("SystemC {}.{}.{}\n", sc_core::sc_version_major, sc_core::sc_version_minor,
                               sc_core::sc_version_patch)
                << fmt::format("firmware container format {}\n", image::kFormatVersion);
      return kExitOk;
    };
  });
}

}  // namespace aie4::cli
