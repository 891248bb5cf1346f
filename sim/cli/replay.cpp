// SPDX-License-Identifier: Apache-2.0
// `aie4sim replay`: plays a recorded PCI boundary against a fresh device and says where they differ.
#include <cerrno>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>

#include "sim/cli/command.hpp"
#include "sim/cli/files.hpp"
#include "sim/cli/log.hpp"
#include "sim/transcript/machine_replay.hpp"

namespace aie4::cli {
namespace {

struct ReplayOptions {
  std::string file;
  std::string configuration;
  transcript::DeviceOverride changes;
  transcript::ReplayOptions how;
  bool ignore_timing = false;
  Log log;
};

int replay(ReplayOptions& options) {
  std::ifstream in = open_input(options.file);
  options.log.open();
  if (!options.configuration.empty()) options.changes.configuration_file = options.configuration;
  if (options.ignore_timing) options.how.timing = transcript::ReplayTiming::Ignore;
  try {
    const transcript::ReplayResult result = transcript::replay_file(
        in, options.how, options.changes, [&options](const Diagnostic& diagnostic) { options.log.write(diagnostic); });
    std::cout << transcript::summary(result);
    return result.exit_status() == 0 ? kExitOk : kExitFailed;
  } catch (const transcript::TranscriptError& error) {
    throw Failure(options.file + ": " + error.what());
  }
}

}  // namespace

void add_replay(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("replay", "Play a transcript against a fresh device, without a virtual machine");
  const auto options = std::make_shared<ReplayOptions>();
  command->add_option("file", options->file, "Transcript")->required();
  command->add_flag("--ignore-timing", options->ignore_timing,
                    "Compare what happens and in which order, not when: for a device with other timing parameters");
  command->add_option("--context", options->how.context_events, "Events before the difference that are shown")
      ->capture_default_str();
  command->add_option("--config", options->configuration, "TOML file, instead of the recorded configuration")
      ->group("Configuration");
  add_repeated(*command, "--set", options->changes.settings, "NAME=VALUE, over the recorded configuration; repeatable")
      ->group("Configuration");
  add_repeated(*command, "--fault", options->changes.faults, "NAME, NAME:N or NAME:always; repeatable")
      ->group("Configuration");
  options->log.add_options_to(*command);
  command->footer(
      "Exit status 0 if the device behaves as recorded, 1 if it does not; then the first difference is shown.\n\n" +
      examples({"aie4sim replay run.aie4t", "aie4sim replay run.aie4t --ignore-timing --set psp.validate_us=10"}));
  command->callback([options, &action] { action = [options] { return replay(*options); }; });
}

}  // namespace aie4::cli
