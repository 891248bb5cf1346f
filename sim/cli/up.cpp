// SPDX-License-Identifier: Apache-2.0
// `aie4sim up`: the whole way up, commands, and down again, with no virtual machine.
#include <iostream>
#include <memory>
#include <string>

#include "sim/cli/boundary_tap.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/log.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/trace_file.hpp"
#include "sim/config/config.hpp"
#include "sim/host/bring_up.hpp"
#include "sim/machine/machine.hpp"

namespace aie4::cli {
namespace {

struct UpOptions {
  host::BringUpOptions run;
  std::string memory = "iova";
  std::string record;
  bool json = false;
  TraceOptions trace;
  ConfigurationOptions configuration;
  Log log;
};

int up(UpOptions& options) {
  const Configuration configuration = options.configuration.apply();
  config::check(configuration);
  options.run.memory = options.memory == "iova" ? host::AddressMode::Iova : host::AddressMode::Identity;
  options.log.open();
  TraceFile trace(options.trace);
  Machine machine(
      configuration, [&options](const Diagnostic& diagnostic) { options.log.write(diagnostic); }, trace.probe());
  options.log.set_clock([&machine] { return machine.now_ps(); });
  BoundaryTap tap(machine, options.record);
  const host::BringUpReport report = host::bring_up(machine, options.run);
  tap.finish();
  trace.finish();
  std::cout << (options.json ? host::to_json(report) + "\n" : host::to_text(report));
  return report.succeeded() ? kExitOk : kExitFailed;
}

}  // namespace

void add_up(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("up", "Bring the device up, run commands and take it down, without a guest");
  const auto options = std::make_shared<UpOptions>();
  command->add_option("--commands", options->run.commands, "Commands in all")->capture_default_str();
  command->add_option("--contexts", options->run.contexts, "Contexts of each virtual function")
      ->check(CLI::Range(1U, 1024U))
      ->capture_default_str();
  command->add_option("--nops", options->run.nops, "NOP opcodes in each command")->capture_default_str();
  command->add_option("--memory", options->memory, "What the device sees: iova or identity")
      ->check(CLI::IsMember({"iova", "identity"}))
      ->capture_default_str();
  command->add_option("--record", options->record, "Record the PCI boundary to this transcript");
  command->add_flag("--json", options->json, "Print JSON, times in picoseconds");
  options->trace.add_to(*command);
  options->log.add_options_to(*command);
  options->configuration.add_to(*command);
  command->footer(
      "All times are simulated; equal arguments give equal results and equal transcripts.\n\n" +
      examples({"aie4sim up", "aie4sim up --commands 1000 --contexts 4 --json",
                "aie4sim up --set psp.validate_us=0 --record up.aie4t", "aie4sim up --fault job-never-finishes"}));
  command->callback([options, &action] { action = [options] { return up(*options); }; });
}

}  // namespace aie4::cli
