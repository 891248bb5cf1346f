// SPDX-License-Identifier: Apache-2.0
// `aie4sim dis`: what a program does, register by register.
#include <fmt/format.h>
#include <iostream>
#include <memory>
#include <string>

#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/cli/options.hpp"
#include "sim/config/config.hpp"
#include "sim/host/elf/disassembly.hpp"

namespace aie4::cli {
namespace {

constexpr std::size_t kProgramLimit = std::size_t{1} << 30;

struct DisOptions {
  std::string program;
  ConfigurationOptions configuration;
};

int dis(const DisOptions& options) {
  const Configuration configuration = options.configuration.apply();
  config::check(configuration);
  const Parameters& parameters = configuration.parameters;
  const array::Geometry geometry{.columns = static_cast<std::uint8_t>(parameters.columns),
                                 .memory_rows = static_cast<std::uint8_t>(parameters.mem_rows),
                                 .compute_rows = static_cast<std::uint8_t>(parameters.core_rows)};
  try {
    const std::vector<std::byte> file = read_file(options.program, kProgramLimit);
    std::cout << host::elf::disassemble(host::elf::read_program(file), geometry);
  } catch (const host::elf::ElfError& error) {
    throw Failure(fmt::format("{}: {}", options.program, error.what()));
  }
  return kExitOk;
}

}  // namespace

void add_dis(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("dis", "Disassemble a program, with registers by name and descriptors taken apart");
  const auto options = std::make_shared<DisOptions>();
  command->add_option("program", options->program, "ELF file that aiebu-asm made for aie4")->required();
  options->configuration.add_to(*command);
  command->footer("A question mark behind a field of a descriptor says that its position is not certain.\n\n" +
                  examples({"aie4sim dis copy.elf", "aie4sim dis gemm.elf | less"}));
  command->callback([options, &action] { action = [options] { return dis(*options); }; });
}

}  // namespace aie4::cli
